/// What is said beside results, on standard error.
struct Notices: Sendable {
    /// Whether nothing is said but what went wrong or might.
    let isQuiet: Bool

    /// Says what was done, or what may come next.
    func note(_ text: String) {
        if !isQuiet { Terminal.say(text) }
    }

    /// Says what a person should know before trusting the result.
    func warn(_ text: String) {
        Terminal.say("warning: \(text)")
    }

    /// Shows the state of what goes on in the place of the state before; an empty text clears it.
    func overwrite(_ text: String) {
        if !isQuiet { Terminal.overwrite(text) }
    }
}
