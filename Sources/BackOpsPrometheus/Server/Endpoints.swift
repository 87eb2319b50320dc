import BackOps

/// Answers the three paths.
struct Endpoints: Sendable {
    let metrics: PrometheusMetricsFactory?
    let workers: [WorkerHealth]

    /// The answer to a request; nil as long as its head is not complete.
    func answer(_ head: RequestHead.State) -> (response: Response, withBody: Bool)? {
        switch head {
        case .incomplete: nil
        case .malformed: (Response(status: 400, body: "this is no HTTP/1 request\n"), true)
        case .tooLong: (Response(status: 431, body: "the head of the request is too long\n"), true)
        case .complete(let method, let path) where method == "GET" || method == "HEAD":
            (answer(path), method == "GET")
        case .complete:
            (Response(status: 405, body: "only GET is answered\n", allows: "GET, HEAD"), true)
        }
    }

    private func answer(_ path: String) -> Response {
        switch path {
        case "/metrics":
            guard let metrics else {
                return Response(status: 404, body: "this process collects no metrics\n")
            }
            return Response(status: 200, contentType: PrometheusText.contentType, body: metrics.text())
        case "/healthz": return status(workers.compactMap(\.status.death))
        case "/readyz": return status(workers.compactMap(\.status.unreadiness))
        default: return Response(status: 404, body: "there are /metrics, /healthz and /readyz\n")
        }
    }

    private func status(_ problems: [String]) -> Response {
        guard !problems.isEmpty else { return Response(status: 200, body: "ok\n") }
        return Response(status: 503, body: problems.map { "\($0)\n" }.joined())
    }
}
