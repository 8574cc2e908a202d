// A gateway that takes every message and writes it down, one JSON line each, with the moment that
// it came:
//
//   node receiver.mjs FILE        prints the port that it listens on

import { appendFileSync } from "node:fs";
import { createServer } from "node:http";

const [file] = process.argv.slice(2);
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => { body += part; });
  request.on("end", () => {
    appendFileSync(file, JSON.stringify({ at_ms: Date.now(), ...JSON.parse(body) }) + "\n");
    response.end();
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
