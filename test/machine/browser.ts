import { mkdir } from 'node:fs/promises';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where a person can look at them. */
const SCREENSHOTS = 'dist/screenshots';
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Debian's Chromium, which asks nobody but the pages it is shown. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', ...QUIET],
  });

export const picture = async (page: Page, name: string): Promise<void> => {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
};
