export default {
  cobroke: {
    input: { target: "../docs/openapi.json" },
    output: {
      target: "build/orval/api.ts",
      client: "fetch",
      override: { mutator: { path: "deals/orval-fetch.ts", name: "sent", extension: ".js" } },
    },
  },
};
