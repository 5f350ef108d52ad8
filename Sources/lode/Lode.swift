import ArgumentParser
import LodeService

@main
struct Lode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lode",
        abstract: "Learns from irregular series, answers at any time with a band.",
        discussion: """
            A first round, with a CSV file that has the columns series,time,channel,value:

              lode init                           make the database, lode.db
              lode ingest my.csv --dataset mine   read the observations
              lode train mine --here              train a model, see how good it is
              lode predict mine SERIES --at 12.5  ask for any time
              lode plot mine SERIES               see it
              lode up                             all of it over HTTP

            Settings come from flags, else from the environment (LODE_DATABASE, \
            LODE_HTTP_PORT, …), else from the file named by --config or LODE_CONFIG; \
            config/lode.yaml lists them all. Results go to standard output, all else to \
            standard error.

            Exit status:
              0 done                              1 the job waited for did not succeed
              64 wrong usage                      65 wrong input
              66 no such thing                    69 port or daemon not available
              70 fault of Lode                    73 file exists or cannot be written
              74 fault of disk or database        75 busy, try again
              77 no permission                    78 wrong configuration

            With --server URL, commands ask a daemon in the place of the file. lode --version tells which build this is.
            """,
        subcommands: [
            InitCommand.self, IngestCommand.self, TrainCommand.self, TuneCommand.self, PredictCommand.self,
            PlotCommand.self, UpCommand.self, ServeCommand.self, WorkerCommand.self, DatasetsCommand.self,
            SeriesCommand.self,
            ModelsCommand.self, JobsCommand.self, WatchJobs.self, SchedulesCommand.self, TokensCommand.self,
            ExportCommand.self,
            RenameCommand.self, TagCommand.self, ChannelCommand.self, DeleteCommand.self, BackupCommand.self,
            RestoreCommand.self, DoctorCommand.self,
            ReproduceCommand.self, AttemptCommand.self,
        ])

    /// Names the nearest command where a mistyped one is given, which the parser itself does not.
    static func main() async {
        let words = CommandLine.arguments.dropFirst()
        // The parser's own would be told of by every command's help, beside the --version of models.
        if words.first == "--version" { return Terminal.result(BuildIdentity.current) }
        var command: any ParsableCommand.Type = Lode.self
        var path = "lode"
        for word in words {
            let subcommands = command.configuration.subcommands
            if subcommands.isEmpty || word.hasPrefix("-") || word == "help" { break }
            let names = subcommands.compactMap { $0.configuration.commandName }
            guard let next = subcommands.first(where: { $0.configuration.commandName == word }) else {
                let hint = NearestName.of(word, among: names).map { " Did you mean “\(path) \($0)”?" } ?? ""
                exit(
                    withError: Terminal.fail(
                        "There is no command “\(path) \(word)”.\(hint) See \(path) --help.", status: 64))
            }
            (command, path) = (next, "\(path) \(word)")
        }
        await main(nil)
    }
}
