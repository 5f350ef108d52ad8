/// The web page: a document, modules and style sheets that need no other server and no build step.
public enum WebPage {
    /// The document, which loads the rest.
    public static let document = WebFile("index.html", .page, PackageResources.index_html)

    /// What the document and its modules load, by name, and the sample that the page offers.
    ///
    /// A module that is new in the folder `Page` is listed here.
    public static let files: [String: WebFile] = Dictionary(
        uniqueKeysWithValues: [
            WebFile("api.js", .script, PackageResources.api_js),
            WebFile("datasets.js", .script, PackageResources.datasets_js),
            WebFile("dataset.js", .script, PackageResources.dataset_js),
            WebFile("dom.js", .script, PackageResources.dom_js),
            WebFile("dygraph.min.css", .style, PackageResources.dygraph_min_css),
            WebFile("dygraph.min.js", .script, PackageResources.dygraph_min_js),
            WebFile("events.js", .script, PackageResources.events_js),
            WebFile("jobs.js", .script, PackageResources.jobs_js),
            WebFile("main.js", .script, PackageResources.main_js),
            WebFile("mark.svg", .image, PackageResources.mark_svg),
            WebFile("mauna-loa-co2.csv", .table, PackageResources.mauna_loa_co2_csv),
            WebFile("models.js", .script, PackageResources.models_js),
            WebFile("page.css", .style, PackageResources.page_css),
            WebFile("plots.js", .script, PackageResources.plots_js),
            WebFile("schedules.js", .script, PackageResources.schedules_js),
            WebFile("series-chart.js", .script, PackageResources.series_chart_js),
            WebFile("series-page.js", .script, PackageResources.series_page_js),
            WebFile("text.js", .script, PackageResources.text_js),
            WebFile("training-form.js", .script, PackageResources.training_form_js),
            WebFile("upload.js", .script, PackageResources.upload_js),
        ].map { ($0.name, $0) })
}
