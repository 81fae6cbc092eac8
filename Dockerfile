# One executable in an image with the C library and certificates, no shell. See docs/guides/run-in-production.md#container.

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY scripts/ensure-installed.mjs scripts/
# Bun is the one package whose install script runs (allowScripts in package.json); the second command sees to it on any npm.
RUN npm ci --omit=dev --no-audit --no-fund && node scripts/ensure-installed.mjs
COPY scripts/build.ts scripts/build-page.ts scripts/packed-token-files.ts scripts/
COPY src src
COPY web web
RUN npm run build && dist/portolan --version

FROM gcr.io/distroless/base-debian12:nonroot
# For the health probe alone: this image has nothing else that could make a request.
COPY --from=busybox:1.37-musl /bin/busybox /usr/local/bin/wget
COPY --from=build /src/dist/portolan /usr/local/bin/portolan
# Less garbage than the engine would let lie; bench/load/engine-environment.ts says how much.
ENV BUN_JSC_heapGrowthMaxIncrease=0.7
ENV BUN_JSC_smallHeapGrowthFactor=1.7
ENV BUN_JSC_concurrentGCMaxHeadroom=1.1
WORKDIR /etc/portolan
USER nonroot
EXPOSE 4000
STOPSIGNAL SIGTERM
# Liveness costs nothing; `portolan --health` would make a real call to every deployment.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \
  CMD ["/usr/local/bin/wget", "-q", "-O", "/dev/null", "http://127.0.0.1:4000/health/liveliness"]
# No HOST here: without a master key the gateway listens inside the container only, with one on all interfaces.
ENTRYPOINT ["/usr/local/bin/portolan"]
