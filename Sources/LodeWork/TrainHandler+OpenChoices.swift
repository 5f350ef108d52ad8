public import LodeService
internal import LodeTraining

extension TrainHandler {
    /// What it chooses where a request leaves a setting open.
    public static var openChoices: [OpenChoice] {
        // The request has this one itself.
        [OpenChoice(setting: "seed", choice: "\(TrainingRequest(dataset: "").seed)")]
            + TrainingPlan.openChoices.map { OpenChoice(setting: $0.setting, choice: $0.choice) }
    }
}
