// Looks at pages in a real browser, at 320 and 1280 pixels, by day and by night, with JavaScript
// switched off, and fails on the first thing a resident would stumble over.
//
//   node tests/browser/check.mjs URL...            pages that are served
//   node tests/browser/check.mjs FOLDER|FILE...    pages as files; served from here while it runs
//   --out DIR      where screenshots and printed pages go (target/shots)
//   --chromium P   the browser (/usr/bin/chromium)
//   --script       the pages may run scripts of their own host (the staff console)
//
// Pages that are made to be printed stand in a folder of their own with a `pages.json` beside them:
// how many pages of paper each must take. What must stand on one page must not be cut by its end.
//
// Asked of each page: no violation found by axe; nothing wider than the screen at 320 pixels; text
// of 18 px at least; targets of 44 px where a link stands alone; no error on the console; no
// request to another host; the same with JavaScript switched off. Ends with 1 if anything failed.

import { createServer } from "node:http";
import { mkdir, readFile, readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import axe from "axe-core";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string", default: join(here, "../../target/shots") },
    chromium: { type: "string", default: "/usr/bin/chromium" },
    script: { type: "boolean", default: false },
  },
});

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const TYPES = {
  ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml",
  ".xml": "application/atom+xml; charset=utf-8", ".json": "application/feed+json; charset=utf-8",
};
const SCREENS = [
  { width: 320, height: 640, scheme: "light" },
  { width: 320, height: 640, scheme: "dark" },
  { width: 1280, height: 900, scheme: "light" },
  { width: 1280, height: 900, scheme: "dark" },
];

/** Serves a folder on a free port, with the policy that stands in its `csp.txt`, if there is one. */
async function serve(folder) {
  const policy = await readFile(join(folder, "csp.txt"), "utf8").catch(() => "");
  const server = createServer(async (request, response) => {
    const path = resolve(folder, "." + decodeURIComponent(new URL(request.url, "http://x").pathname));
    const inside = path === folder || path.startsWith(folder + sep);
    const bytes = inside ? await readFile(path).catch(() => null) : null;
    const headers = { "content-type": TYPES[extname(path)] ?? "application/octet-stream" };
    if (policy) headers["content-security-policy"] = policy.trim();
    response.writeHead(bytes ? 200 : 404, headers).end(bytes ?? "");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

/** Whole pages below a folder; fragments such as the banner are no pages. */
async function pagesIn(folder) {
  const names = await readdir(folder, { recursive: true });
  const pages = [];
  for (const name of names.filter((name) => name.endsWith(".html")).sort()) {
    const text = await readFile(join(folder, name), "utf8");
    if (/^\s*<!doctype/i.test(text)) pages.push(name);
  }
  return pages;
}

async function targets() {
  const found = [];
  const servers = [];
  for (const one of positionals) {
    if (/^https?:/.test(one)) {
      found.push({ url: one, name: one.replace(/^https?:\/\//, "").replace(/[^\w.-]+/g, "_") });
      continue;
    }
    const path = resolve(one);
    const folder = (await stat(path)).isDirectory() ? path : dirname(path);
    const served = await serve(folder);
    servers.push(served.server);
    const list = await readFile(join(folder, "pages.json"), "utf8").catch(() => "");
    const sheets = JSON.parse(list || "{}");
    for (const name of folder === path ? await pagesIn(folder) : [basename(path)]) {
      const url = `${served.origin}/${name.split(sep).map(encodeURIComponent).join("/")}`;
      const short = name.replace(/\.html$/, "");
      found.push({ url, name: short.replace(/[^\w.-]+/g, "_"), sheets: sheets[short], paper: list !== "" });
    }
  }
  return { found, servers };
}

/** What a resident would stumble over on this screen, as sentences. */
function layout({ width }) {
  const faults = [];
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) {
    const wide = [...document.querySelectorAll("body *")]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .map((one) => one.outerHTML.slice(0, 80));
    faults.push(`wider than the screen: ${page.scrollWidth} > ${innerWidth}: ${wide.slice(0, 3).join(" | ")}`);
  }
  const seen = (one) => one.getClientRects().length > 0 && one.getBoundingClientRect().right > 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !seen(parent)) continue;
    const size = parseFloat(getComputedStyle(parent).fontSize);
    if (size < 17.99) faults.push(`text of ${size} px: ${walker.currentNode.textContent.trim().slice(0, 40)}`);
  }
  const alone = "a.tap, button, summary, input:not([type=hidden]), select, textarea";
  for (const one of document.querySelectorAll(alone)) {
    const box = one.getBoundingClientRect();
    if (seen(one) && box.height < 43.99) {
      faults.push(`a target ${box.height.toFixed(1)} px high: ${one.outerHTML.slice(0, 80)}`);
    }
  }
  const lines = [...document.querySelectorAll("p, li, dd")].filter(seen);
  for (const one of lines) {
    const em = parseFloat(getComputedStyle(one).fontSize);
    // About half an em a letter: 72 letters and a little air.
    if (one.children.length < 4 && !one.closest(".tally, header, .cards") &&
      one.getBoundingClientRect().width > em * 40) {
      faults.push(`a line of more than 70 letters: ${one.textContent.trim().slice(0, 40)}`);
    }
  }
  if (document.querySelectorAll("h1").length !== 1) faults.push("not exactly one h1");
  return [...new Set(faults)].map((fault) => `${width}px: ${fault}`);
}

async function look(browser, target, screen, faults) {
  const { width, height, scheme } = screen;
  const origin = new URL(target.url).origin;
  for (const javaScriptEnabled of [false, true]) {
    const context = await browser.newContext({
      viewport: { width, height }, colorScheme: scheme, javaScriptEnabled, deviceScaleFactor: 1,
    });
    const page = await context.newPage();
    const where = `${target.name} ${width} ${scheme}${javaScriptEnabled ? "" : " without JavaScript"}`;
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) faults.push(`${where}: ${message.text()}`);
    });
    page.on("pageerror", (error) => faults.push(`${where}: ${error.message}`));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith("data:") && new URL(url).origin !== origin) faults.push(`${where}: asks ${url}`);
      if (request.resourceType() === "script" && !options.script) faults.push(`${where}: a script, ${url}`);
    });
    const answer = await page.goto(target.url, { waitUntil: "load" });
    if (!answer?.ok()) faults.push(`${where}: answered ${answer?.status()}`);
    if (javaScriptEnabled) {
      await page.evaluate(axe.source);
      const found = await page.evaluate(() => globalThis.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "wcag2aaa"],
      }));
      for (const one of found.violations) {
        faults.push(`${where}: axe ${one.id}: ${one.help}: ${one.nodes[0]?.html.slice(0, 120)}`);
      }
    } else {
      faults.push(...(await page.evaluate(layout, { width })).map((fault) => `${where}: ${fault}`));
      await page.screenshot({ path: join(options.out, `${target.name}-${width}-${scheme}.png`), fullPage: true });
      if (width === 320 && scheme === "light") {
        await page.screenshot({ path: join(options.out, `${target.name}-320-first.png`) });
      }
    }
    await context.close();
  }
}

/** What is cut by the end of the one page that it must fit on. */
function cut() {
  return [...document.querySelectorAll(".rows, .cover, .person, .poster")]
    .filter((one) => one.scrollHeight > one.clientHeight + 1)
    .map((one) => `cut on paper: .${one.className.split(" ").pop()} by ${one.scrollHeight - one.clientHeight} px`);
}

/** Prints, counts the pages of paper where that is known, and looks for what is cut. */
async function print(browser, target, faults) {
  // As wide as what the margins of A4 leave.
  const page = await browser.newPage({ javaScriptEnabled: true, viewport: { width: 680, height: 1013 } });
  await page.goto(target.url, { waitUntil: "load" });
  const bytes = await page.pdf({
    path: join(options.out, `${target.name}.pdf`), format: "A4", preferCSSPageSize: true,
  });
  if (target.sheets !== undefined) {
    const count = bytes.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    if (count !== target.sheets) faults.push(`${target.name}: ${count} pages of paper, not ${target.sheets}`);
  }
  await page.emulateMedia({ media: "print" });
  faults.push(...(await page.evaluate(cut)).map((fault) => `${target.name}: ${fault}`));
  await page.close();
}

if (positionals.length === 0) {
  console.error("usage: node check.mjs [--out DIR] [--chromium PATH] [--script] URL|FOLDER|FILE...");
  process.exit(2);
}
await mkdir(options.out, { recursive: true });
const browser = await chromium.launch({ executablePath: options.chromium, args: FLAGS });
const { found, servers } = await targets();
const faults = [];
try {
  if (found.length === 0) faults.push("there is no page to look at");
  for (const target of found) {
    // Paper has no night.
    const screens = SCREENS.filter((screen) => !target.paper || screen.scheme === "light");
    for (const screen of screens) await look(browser, target, screen, faults);
    await print(browser, target, faults);
  }
} finally {
  await browser.close();
  servers.forEach((server) => server.close());
}
for (const fault of faults) console.error(`FAULT ${fault}`);
console.log(`${found.length} pages, each on its screens: ${faults.length} faults. Shots: ${relative(process.cwd(), options.out) || "."}`);
process.exit(faults.length === 0 ? 0 : 1);
