// What every browser test needs: the real server on a free port, a class of simulated headsets, a real
// browser. Nothing sleeps; everything is waited for.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium, selectors } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const binary = process.env.LECTERN ?? join(root, 'build/dev/lectern');
const chromium_path = process.env.LECTERN_CHROMIUM ?? '/usr/bin/chromium';
const recorded_gaze = join(root, '../shared/data/gaze');
const patience_ms = 30_000 * Number(process.env.LECTERN_PATIENCE ?? 1);

/// A process whose output a test can wait for.
class Process {
    #child;
    #waiting = [];
    output = '';
    errors = '';

    constructor(args) {
        this.#child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
        const look = () => {
            for (const one of [...this.#waiting]) one();
        };
        this.#child.stdout.on('data', (data) => {
            this.output += data;
            look();
        });
        this.#child.stderr.on('data', (data) => {
            this.errors += data;
            look();
        });
        this.ended = new Promise((resolve) =>
            this.#child.on('close', (code, signal) => resolve({ code, signal })),
        );
    }

    /// Resolves with the first group of a pattern in the output so far or to come.
    said(pattern) {
        return new Promise((resolve, reject) => {
            const look = () => {
                const found = pattern.exec(this.output) ?? pattern.exec(this.errors);
                if (!found) return;
                this.#waiting.splice(this.#waiting.indexOf(look), 1);
                clearTimeout(timer);
                resolve(found[1]);
            };
            const fail = () => reject(new Error(`never said ${pattern}:\n${this.output}\n${this.errors}`));
            const timer = setTimeout(fail, patience_ms);
            this.#waiting.push(look);
            void this.ended.then(() => setImmediate(fail));
            look();
        });
    }

    signal(name) {
        this.#child.kill(name);
        return this.ended;
    }
}

export class Server {
    folder = mkdtempSync(join(tmpdir(), 'lectern-browser-'));
    port = 0;
    #process;

    async start(...args) {
        this.#process = new Process([
            'serve',
            '--data',
            this.folder,
            '--listen',
            `127.0.0.1:${this.port}`,
            ...args,
        ]);
        this.url = await this.#process.said(/listening on (http:\S+)/);
        this.port = Number(new URL(this.url).port);
    }

    setup_code() {
        return this.#process.said(/setup code: (\S+)/);
    }

    /// Kills the process, as if the plug were pulled.
    async kill() {
        await this.#process.signal('SIGKILL');
    }

    async end() {
        await this.#process?.signal('SIGTERM');
        rmSync(this.folder, { recursive: true, force: true });
    }

    simulate(headsets, ...args) {
        const traces = existsSync(recorded_gaze) ? ['--traces', recorded_gaze] : [];
        return new Process([
            'simulate',
            ...['--server', this.url, '--headsets', String(headsets), '--code-from', this.folder, '--json'],
            ...traces,
            ...args,
        ]);
    }
}

/// The network between one browser and the server. When it is cut, nothing gets through and nobody is told,
/// as with lost Wi-Fi: a browser that only pretends to be offline still answers the server's pings.
export class Wire {
    #listener = createServer({ allowHalfOpen: true }, (near) => this.#join(near));
    #ends = new Set();
    #is_cut = false;

    async start(server_url) {
        this.far_port = Number(new URL(server_url).port);
        await new Promise((resolve) => this.#listener.listen(0, '127.0.0.1', resolve));
        this.url = `http://127.0.0.1:${this.#listener.address().port}`;
    }

    #join(near) {
        const far = connect({ port: this.far_port, host: '127.0.0.1', allowHalfOpen: true });
        for (const [one, other] of [
            [near, far],
            [far, near],
        ]) {
            this.#ends.add(one);
            one.on('data', (bytes) => this.#is_cut || other.write(bytes));
            one.on('end', () => this.#is_cut || other.end());
            one.on('error', () => {});
            one.on('close', () => {
                this.#ends.delete(one);
                if (!this.#is_cut) other.destroy();
            });
        }
    }

    cut() {
        this.#is_cut = true;
    }

    /// Drops whatever was on its way, and the connections that waited for it.
    mend() {
        for (const end of this.#ends) end.destroy();
        this.#is_cut = false;
    }

    end() {
        this.mend();
        this.#listener.close();
    }
}

selectors.setTestIdAttribute('data-test');

export class Browser {
    static async launch() {
        const browser = new Browser();
        browser.chromium = await chromium.launch({
            executablePath: chromium_path,
            args: [
                '--no-sandbox',
                '--disable-gpu',
                '--disable-quic',
                '--no-first-run',
                '--disable-background-networking',
                '--disable-component-update',
                '--disable-sync',
                // A live view runs between pages of this one machine, and the camera is a simulated one.
                '--allow-loopback-in-peer-connection',
                '--disable-features=WebRtcHideLocalIpsWithMdns',
                '--use-fake-device-for-media-stream',
                '--use-fake-ui-for-media-stream',
            ],
        });
        return browser;
    }

    /// Opens a window of its own, as on another device. Its errors are kept in `page.faults`.
    async open(url, options = {}) {
        const context = await this.chromium.newContext({
            baseURL: url,
            locale: 'en-GB',
            viewport: { width: 1180, height: 820 },
            ...options,
        });
        const page = await context.newPage();
        page.setDefaultTimeout(patience_ms);
        page.faults = [];
        page.on('pageerror', (error) => page.faults.push(error.message));
        page.on('console', (message) => {
            const network = /Failed to load resource|WebSocket connection/.test(message.text());
            if (['error', 'warning'].includes(message.type()) && !network) page.faults.push(message.text());
        });
        return page;
    }

    end() {
        return this.chromium.close();
    }
}

/// Checks WCAG 2.2 AA with axe, in light and dark, and that nothing is wider than the window.
export async function check(page, what) {
    for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        // Experimental rules are left out of their tags, so this one is named.
        const axe = new AxeBuilder({ page }).options({
            rules: { 'label-content-name-mismatch': { enabled: true } },
        });
        if (colorScheme === 'light')
            axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
        else axe.withRules(['color-contrast']); // the other rules do not depend on colours
        const { violations } = await axe.analyze();
        const faults = violations.map(
            ({ id, nodes }) =>
                `${id}: ${nodes
                    .map((node) => node.html)
                    .slice(0, 3)
                    .join(' | ')}`,
        );
        assert.deepEqual(faults, [], `${what}, ${colorScheme}`);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${what} is ${overflow} pixels too wide`);
    assert.deepEqual(page.faults, [], what);
}

/// Runs the steps of a story in order. After one fails the rest are skipped, and screenshots of the pages are
/// kept.
export function steps(pages) {
    const shots = join(root, 'build/browser-failures');
    let failed = false;
    return (what, act) =>
        it(what, async (test) => {
            if (failed) return test.skip('an earlier step failed');
            try {
                await act();
            } catch (error) {
                failed = true;
                mkdirSync(shots, { recursive: true });
                for (const [name, page] of Object.entries(pages()))
                    await page?.screenshot({ path: join(shots, `${what} - ${name}.png`) }).catch(() => {});
                throw error;
            }
        });
}

/// Waits until `look` returns something other than undefined, null or false.
export async function until(look, what) {
    const end = Date.now() + patience_ms;
    for (;;) {
        const found = await look();
        if (found) return found;
        assert.ok(Date.now() < end, `never: ${what}`);
    }
}
