internal import LodeDomain
internal import LodeTraining

extension ChannelSeries {
    /// A stored series as the trainer sees it; `channels` is how many the points' channel indices count.
    init(_ observations: SeriesObservations, channels: Int) {
        var times: [Double] = []
        var values: [Double] = []
        var mask: [Bool] = []
        for point in observations.points {
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
    }
}
