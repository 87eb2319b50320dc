/// An answer, after which the connection is closed.
struct Response: Equatable {
    var status: Int
    var contentType = "text/plain; charset=utf-8"
    var body: String
    var allows: String?

    func bytes(withBody: Bool) -> [UInt8] {
        let content = Array(body.utf8)
        var head = "HTTP/1.1 \(status) \(Self.reason(status))\r\nContent-Type: \(contentType)\r\n"
        head += "Content-Length: \(content.count)\r\nCache-Control: no-store\r\nConnection: close\r\n"
        if let allows { head += "Allow: \(allows)\r\n" }
        head += "\r\n"
        return Array(head.utf8) + (withBody ? content : [])
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 431: "Request Header Fields Too Large"
        default: "Service Unavailable"
        }
    }
}
