import BackOpsPrometheus
import CoreMetrics
import Testing

@Suite struct `The text for Prometheus` {
    private let factory = PrometheusMetricsFactory(
        help: ["jobs_total": #"Jobs \ of "us""#],
        buckets: ["size": [1, 2]]
    )

    @Test func `says of every name what it is, once, and lists it in order`() {
        Counter(label: "jobs_total", dimensions: [("queue", "b")], factory: factory).increment(by: 2)
        Counter(label: "jobs_total", dimensions: [("queue", "a")], factory: factory).increment()
        Counter(label: "jobs_total", dimensions: [("queue", "a")], factory: factory).increment()
        Meter(label: "depth", factory: factory).set(1.5)
        #expect(
            factory.text() == #"""
                # HELP depth Recorded by the application.
                # TYPE depth gauge
                depth 1.5
                # HELP jobs_total Jobs \\ of "us"
                # TYPE jobs_total counter
                jobs_total{queue="a"} 2
                jobs_total{queue="b"} 2

                """#
        )
    }

    @Test func `counts in buckets what every one of them includes`() {
        let size = Recorder(label: "size", dimensions: [("queue", "a")], aggregate: true, factory: factory)
        for value in [0.5, 1, 2, 7, .nan] { size.record(value) }
        #expect(
            factory.text() == """
                # HELP size Recorded by the application.
                # TYPE size histogram
                size_bucket{queue="a",le="1"} 2
                size_bucket{queue="a",le="2"} 3
                size_bucket{queue="a",le="+Inf"} 4
                size_sum{queue="a"} 10.5
                size_count{queue="a"} 4

                """
        )
    }

    @Test func `gives the time of a timer in seconds`() {
        Timer(label: "wait", factory: factory).recordMilliseconds(1500)
        let text = factory.text()
        #expect(text.contains(#"wait_bucket{le="1"} 0"#))
        #expect(text.contains(#"wait_bucket{le="2.5"} 1"#))
        #expect(text.contains("wait_sum 1.5"))
    }

    @Test func `escapes what stands in a label, and repairs names`() {
        let labels = [("a-b", "say \"no\"\nor \\"), ("__name__", "x"), ("1st", "é")]
        Counter(label: "my.counter", dimensions: labels, factory: factory).increment()
        #expect(factory.text().contains(#"my_counter{_1st="é",_name__="x",a_b="say \"no\"\nor \\"} 1"#))
    }

    @Test func `leaves out what would break it`() {
        Counter(label: "one", factory: factory).increment()
        Meter(label: "one", factory: factory).set(5)
        Counter(label: "twice", dimensions: [("a", "1"), ("a", "2")], factory: factory).increment()
        for number in 0..<PrometheusMetricsFactory.maxSeries + 3 {
            Counter(label: "many", dimensions: [("id", "\(number)")], factory: factory).increment()
        }
        let text = factory.text()
        #expect(text.contains("\none 1\n"))
        #expect(!text.contains("twice"))
        #expect(text.contains("prometheus_series_dropped_total 5"))
    }

    @Test func `forgets what is destroyed`() {
        let counter = Counter(label: "gone", factory: factory)
        counter.increment()
        counter.destroy()
        #expect(factory.text().isEmpty)
    }

    @Test func `loses nothing that many record at once`() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 1...8 {
                group.addTask { [factory] in
                    for _ in 1...1000 {
                        Counter(label: "hits_total", factory: factory).increment()
                        Recorder(label: "size", factory: factory).record(1)
                    }
                }
            }
        }
        #expect(factory.text().contains("hits_total 8000"))
        #expect(factory.text().contains("size_count 8000"))
    }
}
