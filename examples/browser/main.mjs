// Opens index.html in a headless browser, gives it a file as a person would, and
// prints what the page says: node main.mjs decoder.onnx [screenshot.png]
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [file, screenshot] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Root, as in most containers, must go without the sandbox; and a browser that
  // is started for one page need not look for updates.
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage();
  // The folder examples/ is the site: the page's own requests are answered from it.
  const site = "http://localhost/";
  const root = new URL("..", import.meta.url);
  await page.route(site + "**", (route) => {
    const path = new URL(route.request().url()).pathname.slice(1);
    return route.fulfill({ path: fileURLToPath(new URL(path, root)) });
  });
  page.on("pageerror", (error) => console.error(error.message));

  await page.goto(site + "browser/index.html");
  await page.setInputFiles("#file", file);
  const result = page.locator("#result[data-passed]");
  console.log(`Chromium ${browser.version()}, ${await result.textContent()}`);
  if (screenshot) await page.screenshot({ path: screenshot });
  process.exitCode = (await result.getAttribute("data-passed")) === "true" ? 0 : 1;
} finally {
  await browser.close();
}
