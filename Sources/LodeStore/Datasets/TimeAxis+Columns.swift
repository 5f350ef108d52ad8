import GRDB
import LodeDomain

/// How a time axis is stored: `dataset.time_kind` and `dataset.time_unit`.
extension TimeAxis {
    /// `numeric` or `datetime`.
    var kindColumn: String {
        switch self {
        case .numeric: "numeric"
        case .dateTime: "datetime"
        }
    }

    /// The unit of a numeric axis.
    var unitColumn: String? {
        switch self {
        case .numeric(let unit): unit
        case .dateTime: nil
        }
    }

    /// The axis that the two columns say; the schema permits no other kind.
    init(kindColumn: String, unitColumn: String?) {
        self = kindColumn == "datetime" ? .dateTime : .numeric(unit: unitColumn)
    }
}
