# The service in an image of its own: one static binary, no shell, no root.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -o /out/loanledger ./cmd/loanledger
# Becomes the place of the master key and the tokens; a volume takes its owner.
RUN mkdir -m 0700 /out/secrets

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/loanledger /usr/local/bin/loanledger
COPY --from=build --chown=65532:65532 /out/secrets /var/lib/loanledger
USER 65532:65532
VOLUME /var/lib/loanledger
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/loanledger"]
CMD ["serve"]
