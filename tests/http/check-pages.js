// Looks at pages as a reader's browser does: node check-pages.js NODE_MODULES POLICY PAGE...
// Without script and under the policy they come with, every picture must be drawn and nothing else be asked for; then
// axe must find nothing against WCAG 2.1 AA.
const fs = require('fs');
const [modules, policy, ...pages] = process.argv.slice(2);
const { chromium } = require(`${modules}/playwright-core`);
const axe = `${modules}/axe-core/axe.min.js`;
const url = 'http://report.example/';
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const faults = [];

// The one page there is; what else it asks for is a fault.
async function open(context, file, fault) {
  const page = await context.newPage();
  await page.route('**/*', (route) => {
    if (route.request().url() === url) {
      const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy };
      return route.fulfill({ headers, body: fs.readFileSync(file) });
    }
    fault(`asks for ${route.request().url()}`);
    return route.abort();
  });
  page.on('console', (message) => fault(`the browser says: ${message.text()}`));
  await page.goto(url);
  return page;
}

async function look(browser, file, width, fault) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width, height: 900 } });
  const page = await open(context, file, fault);
  const pictures = await page.locator('svg').all();
  if (pictures.length === 0) fault('has no picture');
  for (const picture of pictures) {
    const box = await picture.boundingBox();
    if (!box || box.width < 250 || box.height < 30) fault(`a picture is not drawn at ${width} pixels`);
    if (box && box.x + box.width > width) fault(`a picture is wider than ${width} pixels`);
  }
  for (const table of await page.locator('.pair table').all()) {
    const box = await table.boundingBox();
    if (!box || box.x + box.width > width) fault(`a table beside a picture is wider than ${width} pixels`);
  }
  // What only screen readers read has no size, unless the style was refused.
  const spoken = await page.locator('caption.hidden').first().boundingBox();
  if (spoken && spoken.width > 2) fault('has no style');
  await context.close();
}

async function check(browser, file, fault) {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await open(context, file, fault);
  await page.addScriptTag({ path: axe });
  const found = await page.evaluate((values) => axe.run({ runOnly: { type: 'tag', values } }), tags);
  if (found.passes.length === 0) fault('axe tried nothing');
  for (const each of found.violations) fault(`${each.id}: ${each.help}: ${each.nodes[0].html.slice(0, 200)}`);
  await context.close();
}

(async () => {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  for (const file of pages) {
    const fault = (text) => faults.push(`${file}: ${text}`);
    await look(browser, file, 1280, fault);
    await look(browser, file, 400, fault);
    await check(browser, file, fault);
  }
  await browser.close();
  faults.forEach((text) => console.log(text));
  process.exit(faults.length || pages.length === 0 ? 1 : 0);
})();
