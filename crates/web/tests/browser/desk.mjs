// Fills a form of the counter in as a resident does, with scripts switched off, at 320 and 1280
// pixels, in French and in English: list, form, faults, check, receipt, tracking; then reads it as a
// clerk. Fails on what axe finds, on anything wider than the screen, on a target under 44 px.
//
//   cargo run -p beffroi-web --example console     prints an address and codes
//   node crates/web/tests/browser/desk.mjs ADDRESS CODES... [--out DIR]
//
// Needs four codes of somebody who reads the requests of schools.

import { inspector, words } from "./inspect.mjs";

const { out, rest } = words("target/shots/desk");
const [base, ...codes] = rest;
const { browser, faults, look, end } = await inspector(out);

const press = (page, action) =>
  Promise.all([page.waitForLoadState(), page.locator(`form[action="${action}"] button`).last().click()]);

/** A resident: from the list to the receipt, and to what becomes of it. */
async function resident(lang, width) {
  const context = await browser.newContext({ viewport: { width, height: 640 }, javaScriptEnabled: false });
  const page = await context.newPage();
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:")) faults.push(`request to ${request.url()}`);
  });
  const shot = (name) => look(page, `${name}-${lang}-${width}`);
  const root = `/c/59273/${lang === "en" ? "en/" : ""}demarches/`;
  await page.goto(base + root);
  await shot("01-list");
  await page.locator(`a[href="${root}canteen/"]`).click();
  await shot("02-form");
  await page.fill('[name="born.day"]', "31");
  await page.fill('[name="born.month"]', "2");
  await page.fill('[name="born.year"]', "2018");
  await press(page, `${root}canteen/`);
  await shot("03-faults");
  const texts = {
    "child.family_name": "Léa-Rose Martin", "child.given_names": "مريم 👧", "born.month": "3",
    school: "École du Port, CE1", "from.day": "2", "from.month": "9", "from.year": "2024",
    "parent.family_name": "Martin", "parent.given_names": "Claude", phone: "06 00 00 00 09",
    "home.street": "1 rue du Port", "home.postcode": "59820", "home.town": "Gravelines",
  };
  for (const [name, text] of Object.entries(texts)) await page.fill(`[name="${name}"]`, text);
  for (const name of ["care.lunch", "days.mon"]) await page.check(`[name="${name}"]`);
  await page.check('[name="meal"][value="usual"]');
  await page.setInputFiles('[name="income_proof"]', { name: "quotient.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 x") });
  await press(page, `${root}canteen/`);
  if (!page.url().endsWith("/verifier")) faults.push(`${lang} ${width}: the form is not taken: ${page.url()}`);
  await shot("04-check");
  await press(page, `${root}canteen/envoyer`);
  if (!page.url().endsWith("/recu")) faults.push(`${lang} ${width}: there is no receipt: ${page.url()}`);
  await shot("05-receipt");
  const [reference, code] = await page.locator(".receipt dd b").allTextContents();
  await page.goto(`${base}${root}suivi/`);
  await page.fill("#reference", reference);
  await page.fill("#code", "AAA");
  await press(page, `${root}suivi/`);
  await shot("06-track-slip");
  await page.fill("#reference", reference);
  await page.fill("#code", code);
  await press(page, `${root}suivi/`);
  await shot("07-tracked");
  await page.goto(`${base}${root}mentions/`);
  await shot("08-legal");
  await page.goto(`${base}${root.replace("59273", "59272")}canteen/`);
  await shot("09-closed");
  await context.close();
  return reference;
}

/** The lists printed beforehand: their ages, a file that is looked at, one that is wrong, health. */
async function packs(page, shot) {
  await page.goto(`${base}/console/packs`);
  await shot("30-packs");
  await page.locator('main a[href="/console/packs/children"]').click();
  for (const one of await page.locator("main summary").all()) await one.click();
  await shot("31-pack");
  const choose = async (name, text) => {
    await page.goto(`${base}/console/packs/children`);
    await page.setInputFiles("#file", { name: "liste.csv", mimeType: "text/csv", buffer: Buffer.from(text, "latin1") });
    await press(page, "/console/packs/children/import");
    await shot(name);
  };
  await choose("32-pack-broken", "PK\u0003\u0004\u0000");
  await choose("33-pack-wrong", "Nom;Parents;Tel\nDurand;;appelez\n;Maman;\n");
  await choose("34-pack-look", "Nom;Pr\u00e9nom;Classe;Responsables;T\u00e9l\u00e9phone;PAI\nDurand;Zo\u00e9;CM2;Maman;0600000001;\nMartin;L\u00e9a;CE1;Papa;;\n");
  await page.locator('button[name="confirm"][value="yes"]').click();
  await page.waitForLoadState();
  await shot("35-pack-taken");
  await page.goto(`${base}/console/packs/vulnerable`);
  await press(page, "/console/packs/vulnerable/record");
  await shot("36-pack-health-wrong");
}

/** Somebody who reads them: the queue, the request, the keys, a paper. */
async function clerk(lang, width, enter, reference) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, javaScriptEnabled: false });
  const page = await context.newPage();
  const shot = (name) => look(page, `${name}-${lang}-${width}`);
  await page.goto(`${base}/console/lang/${lang}?back=/console/login`);
  await page.fill("#one_time_code", enter);
  await press(page, "/console/login/code");
  await page.goto(`${base}/console/desk`);
  await shot("20-queue");
  const row = page.locator("li", { hasText: reference });
  if (await row.count() !== 1) faults.push(`${lang} ${width}: ${reference} is not in the queue`);
  await row.locator("a").first().click();
  await shot("21-request");
  await press(page, `${new URL(page.url()).pathname}/answer`);
  await shot("22-answer-missing");
  await page.goto(`${base}/console/desk/keys`);
  await shot("23-keys");
  await page.goto(`${base}/console/desk/entry`);
  await shot("24-entry");
  await page.goto(`${base}/console/desk/new/road`);
  await press(page, "/console/desk/new/road");
  await shot("25-paper-wrong");
  await page.goto(`${base}/console/desk/print`);
  await shot("26-print");
  await packs(page, shot);
  await context.close();
}

let next = 0;
for (const lang of ["fr", "en"]) {
  for (const width of [320, 1280]) {
    const reference = await resident(lang, width);
    await clerk(lang, width, codes[next++], reference);
  }
}
await end();
