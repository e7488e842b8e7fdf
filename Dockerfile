# Builds the page, then keeps only what the relay runs: the same entry as `npm start`.
FROM node:26-slim AS build
WORKDIR /aurora
COPY . .
RUN node scripts/bootstrap.mjs build

FROM node:26-slim AS packages
WORKDIR /aurora
COPY package.json package-lock.json .npmrc ./
COPY packages/protocol/package.json packages/protocol/
COPY packages/crypto/package.json packages/crypto/
COPY packages/chat/package.json packages/chat/
COPY apps/server/package.json apps/server/
COPY apps/web/package.json apps/web/
COPY bench/package.json bench/
COPY test/package.json test/
RUN npm ci --omit=dev --ignore-scripts --workspace @aurora/server

FROM node:26-slim
ENV NODE_ENV=production AURORA_HOST=0.0.0.0 AURORA_PORT=5000 AURORA_DATA_DIR=/data
WORKDIR /aurora
COPY --from=packages /aurora/node_modules node_modules
COPY --from=build /aurora/package.json ./
COPY --from=build /aurora/packages/protocol packages/protocol
COPY --from=build /aurora/apps/server apps/server
COPY --from=build /aurora/apps/web/dist apps/web/dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.AURORA_PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/server/src/main.ts"]
