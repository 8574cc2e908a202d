// What the walks of the counter and of appointments share: a browser, and an inspector that pictures
// a page and notes its faults, as axe finds them and by width, target and missing sentence.
//
// The pages are used with scripts switched off. What was seen is then laid before the inspector in a
// copy that may run scripts.

import { createRequire } from "node:module";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const require = createRequire(new URL("../../../../tests/browser/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

/** The words of the command line, and the folder named after `--out`. */
export function words(folder) {
  const rest = process.argv.slice(2);
  const at = rest.indexOf("--out");
  const out = at >= 0 ? rest.splice(at, 2)[1] : folder;
  return { out, rest };
}

/** A browser whose pictures go to `out`. */
export async function inspector(out) {
  await mkdir(out, { recursive: true });
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const faults = [];

  async function look(page, name) {
    const size = page.viewportSize();
    await page.screenshot({ path: join(out, `${name}.png`), fullPage: true });
    const html = await page.content();
    const context = await browser.newContext({ viewport: size, bypassCSP: true });
    const copy = await context.newPage();
    // The very page that was seen, whatever led to it; only the console loads its style.
    await copy.route(page.url(), (route) => route.fulfill({ body: html, contentType: "text/html; charset=utf-8" }));
    await copy.goto(page.url());
    const found = await copy.evaluate(`(async () => { ${axe}
      const results = await axe.run(document, { resultTypes: ["violations"] });
      const small = [];
      for (const one of document.querySelectorAll("a, button, summary, input, select, textarea")) {
        const box = (one.closest("label") ?? one).getBoundingClientRect();
        const inText = one.matches("a") && one.closest("p, dd, li, div") && !one.matches(".tap, .button, .main");
        if (box.height > 0 && box.height < 43.5 && !inText && !one.matches(".skip, [type=hidden]")) {
          small.push(one.outerHTML.slice(0, 90) + " " + box.height);
        }
      }
      return {
        violations: results.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")),
        overflow: document.documentElement.scrollWidth - innerWidth,
        missing: document.body.innerText.includes("⟦"),
        small,
      };
    })()`);
    await context.close();
    for (const one of found.violations) faults.push(`${name}: ${one}`);
    for (const one of found.small) faults.push(`${name}: small target ${one}`);
    if (found.overflow > 0) faults.push(`${name}: ${found.overflow} px wider than ${size.width}`);
    if (found.missing) faults.push(`${name}: a sentence is missing`);
  }

  /** Tells of all faults, and ends the program. */
  async function end() {
    await browser.close();
    for (const fault of faults) console.error(fault);
    console.log(`${faults.length} faults; pictures in ${out}`);
    process.exit(faults.length ? 1 : 0);
  }

  return { browser, faults, look, end };
}
