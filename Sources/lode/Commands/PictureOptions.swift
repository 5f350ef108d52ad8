import ArgumentParser

/// Which image is made, if any.
struct PictureOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "The image to make: FILE.svg, or FILE.png by Debian's rsvg-convert.")
    var output: String?
    @Option(help: "Draw into this vector image, whatever it is called; - is standard output.") var svg: String?

    func validate() throws {
        if output != nil, svg != nil { throw ValidationError("--output and --svg are two images: choose one.") }
        if let output, PictureFile.Form(path: output) == nil {
            throw ValidationError("--output names a file that ends in .svg or .png.")
        }
    }

    /// The image that is wanted; nil for none.
    var file: PictureFile? {
        if let svg { return PictureFile(path: svg, form: .svg) }
        return output.flatMap { path in PictureFile.Form(path: path).map { PictureFile(path: path, form: $0) } }
    }
}
