extension String {
    /// Without the quotes that `quote_all_identifiers` puts around every name.
    var unquoted: String { replacing("\"", with: "") }
}
