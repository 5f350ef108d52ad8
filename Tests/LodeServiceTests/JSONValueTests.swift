import LodeService
import Testing

@Suite struct JSONValueTests {
    @Test(arguments: [
        #"{"a":[1,2.5,-3,1e300,0.8333333333333334],"b":{"c":null,"d":true},"e":"x"}"#,
        #"{"seed":18446744073709551615,"small":-9223372036854775808,"odd":9007199254740993}"#, "[]", "{}",
    ])
    func `a JSON text comes back as it was`(text: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(try JSONValue(parsing: JSONText.string(value)) == value)
        if !text.contains("1e300") { #expect(try JSONText.string(value).count == text.count) }
    }

    @Test func `a text that is not JSON is refused`() {
        #expect(throws: ServiceError.self) { try JSONValue(parsing: "{bad") }
    }
}
