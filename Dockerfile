# The example application, as small as it gets while a failed action can still name where it failed.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /backops
COPY Package.swift ./
COPY Migrations ./Migrations
COPY Sources ./Sources
COPY Tests ./Tests
COPY Examples ./Examples
# Only the debug information goes: stack traces need the names, which a plain strip would remove.
RUN swift build --package-path Examples/Fulfilment --configuration release --static-swift-stdlib --product fulfilment \
    && cp "$(swift build --package-path Examples/Fulfilment --configuration release --show-bin-path)/fulfilment" /fulfilment \
    && strip --strip-debug /fulfilment

FROM debian:bookworm-slim AS run
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libpq5 tzdata \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /fulfilment /usr/local/bin/fulfilment
USER 10001
ENTRYPOINT ["fulfilment"]
CMD ["work"]
