import ArgumentParser

/// Whether a person is asked before something goes away for good.
struct ConfirmationOptions: ParsableArguments {
    @Flag(help: "Do not ask.") var yes = false

    /// Whether it may be done; asks on a terminal, and elsewhere takes the command line for the answer.
    func agrees(to question: String) -> Bool { yes || Terminal.agrees(question) }
}
