extension ParameterVector where Scalar == Float {
    /// The parameters as named tensors.
    public var tensors: [String: Safetensors.Tensor] {
        let all = values
        var tensors: [String: Safetensors.Tensor] = [:]
        for slice in layout.slices {
            let part = all[slice.offset..<slice.offset + slice.count]
            tensors[slice.name] = Safetensors.Tensor(shape: slice.shape, values: Array(part))
        }
        return tensors
    }

    /// Takes over the values of `tensors`, which must hold every array of the layout in its shape.
    public func load(_ tensors: [String: Safetensors.Tensor]) throws(SafetensorsError) {
        var all = values
        for slice in layout.slices {
            guard let tensor = tensors[slice.name], tensor.shape == slice.shape else {
                throw .shapeMismatch(tensor: slice.name)
            }
            all.replaceSubrange(slice.offset..<slice.offset + slice.count, with: tensor.values)
        }
        values = all
    }
}
