// Watches a training run in headless Chromium: node watch.mjs VAE-TRAIN FOLDER [SCREENSHOTS].
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { Trial, within } from "./limited.mjs";

const [program, folder, screenshots] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
// PATH is empty, so that no browser but ours is opened.
const run = spawn(path.resolve(program), ["--watch", "--limit", "3000", "--epochs", "5000", "--arch", "mlp", "--hidden", "64", "--val-fraction", "0.1", "--out", folder], { env: { ...process.env, PATH: "" } });
const ended = new Promise((resolve) => run.on("exit", resolve));
const url = await within(new Promise((resolve, reject) => {
  let text = "";
  run.stdout.on("data", (data) => {
    text += data;
    const found = text.match(/http:\/\/127\.0\.0\.1:\d+\//);
    if (found) resolve(found[0]);
  });
  ended.then(() => reject(new Error(`the run ended: ${text}`)));
}), "the run's address").catch((error) => {
  run.kill("SIGKILL");
  throw error;
});

const trial = await Trial.start("watch", screenshots ?? folder), { problems } = trial;
try {
  const page = await trial.page({ viewport: { width: 1200, height: 900 } });
  await page.goto(url);
  await page.waitForFunction(() => Number(document.body.dataset.epochs) >= 3 && Number(document.body.dataset.pictures) >= 3);
  assert.match(await page.textContent("#facts"), /^epoch \d+ of 5000 · test ELBO −\d/);
  assert.match(await page.getAttribute("#elbo", "aria-label"), /^elbo by epoch, now −\d.* and −\d.* and −\d/);
  assert.equal(await page.locator("#legend li").count(), 3);
  await page.locator("#epoch").fill("1");
  await page.waitForFunction(() => document.getElementById("which").textContent === "epoch 1");
  for (const name of ["samples", "reconstructions"]) assert.ok(await page.evaluate((n) => document.getElementById(n).naturalWidth, name) > 100);
  await page.click("#play");
  await page.waitForFunction(() => document.getElementById("which").textContent !== "epoch 1");
  await page.click("#theme");
  await page.click("summary");
  assert.ok((await page.locator("#table tr").count()) >= 3);
  const secret = await page.evaluate(async () => (await fetch("checkpoint.safetensors")).status);
  assert.equal(secret, 404);
  problems.splice(0, problems.length, ...problems.filter((p) => !p.includes("404"))); // that one
  if (screenshots) {
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: path.join(screenshots, "dark.png"), fullPage: true });
    await page.click("#theme");
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForTimeout(500);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await page.screenshot({ path: path.join(screenshots, "phone.png"), fullPage: true });
  }
  assert.deepEqual(problems, []);
  run.kill("SIGINT");
  assert.equal(await within(ended, "the run to end"), 130);
  assert.ok(existsSync(path.join(folder, "epochs", "0001-samples.png")));
  await page.waitForFunction(() => document.getElementById("facts").textContent.endsWith("the run has ended"));
  console.log(`watch: passed in Chromium ${trial.browser.version()}`);
} catch (error) {
  await trial.fail(error);
} finally {
  run.kill("SIGKILL");
  await trial.end();
}
