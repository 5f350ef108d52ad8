internal import LodeTraining

extension Calibration {
    /// Whether every factor is there and positive: predictions index them without looking.
    func isSound(channels: Int) -> Bool {
        gapScale > 0 && gapScale.isFinite && validatedHorizon >= 0 && validatedHorizon.isFinite
            && interpolation.isSound(channels: channels) && extrapolation.isSound(channels: channels)
    }
}

extension RegimeCalibration {
    fileprivate func isSound(channels count: Int) -> Bool {
        Calibration.areFactors(common) && (channels.isEmpty || channels.count == count)
            && channels.allSatisfy(Calibration.areFactors) && horizon.isSound && context.isSound
    }
}

extension CalibrationCurve {
    fileprivate var isSound: Bool {
        factors.count == positions.count && factors.allSatisfy(Calibration.areFactors) && growth >= 0 && growth.isFinite
            && zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 }
    }
}

extension Calibration {
    fileprivate static func areFactors(_ values: [Double]) -> Bool {
        values.count == levels.count && values.allSatisfy { $0 > 0 && $0.isFinite }
    }
}
