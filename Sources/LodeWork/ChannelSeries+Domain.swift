internal import LodeDomain
internal import LodeTraining

extension ChannelSeries {
    /// A stored series as the trainer sees it.
    ///
    /// The points' channel indices count `channels` channels, then `inputs` inputs.
    init(_ observations: SeriesObservations, channels: Int, inputs: Int = 0) {
        var times: [Double] = []
        var values: [Double] = []
        var mask: [Bool] = []
        var curves = [KnownInput.Curve](repeating: KnownInput.Curve(times: [], values: []), count: inputs)
        for point in observations.points {
            guard point.channel < channels else {
                curves[point.channel - channels].times.append(point.time)
                curves[point.channel - channels].values.append(point.value)
                continue
            }
            if times.last != point.time {
                times.append(point.time)
                values.append(contentsOf: repeatElement(0, count: channels))
                mask.append(contentsOf: repeatElement(false, count: channels))
            }
            let index = (times.count - 1) * channels + point.channel
            values[index] = point.value
            mask[index] = true
        }
        self.init(
            name: observations.name, times: times, values: values, mask: mask, statics: observations.statics)
        labels = observations.labels
        self.inputs = curves
    }
}
