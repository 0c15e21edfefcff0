// The demo school: what each role may do, by mouse, keyboard and touch, on every size of screen and in every
// language.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Browser, check, Server, steps, until, Wire } from './support.mjs';

const headsets = 3;
const places = [
    ...[
        '/today',
        '/classes',
        '/classes/1',
        '/classes/1/cards',
        '/lessons',
        '/courses',
        '/content',
        '/headsets',
        '/results',
    ],
    ...[
        '/admin/rooms',
        '/rooms/1',
        '/rooms/1/edit',
        '/admin/people',
        '/people/3',
        '/admin/lockouts',
        '/account',
    ],
];

describe('the demo school', () => {
    const server = new Server();
    const wire = new Wire(); // the network between the phone and the server
    let browser, page, phone, simulation;
    let is_mute = false;
    const step = steps(() => ({ page, phone }));

    before(async () => {
        browser = await Browser.launch();
        await server.start('--demo');
        page = await browser.open(server.url);
        simulation = server.simulate(headsets, '--nicknames', 'ada,amir,anna', '--pin', '1111');
    });
    after(async () => {
        await simulation?.signal('SIGKILL');
        await browser?.end();
        wire.end();
        await server.end();
    });

    async function sign_in(where, nickname, pin) {
        await where.goto('/');
        await where.getByText('With a PIN').click();
        await where.getByLabel('Nickname').fill(nickname);
        await where.getByLabel('PIN', { exact: true }).fill(pin);
        await where.getByRole('button', { name: 'Sign in' }).click();
    }
    const focused = () =>
        page.evaluate(() => {
            const element = document.activeElement;
            const style = getComputedStyle(element);
            const ring = element.querySelector?.('.ring');
            const drawn =
                style.outlineStyle !== 'none' ||
                element.matches('input[type=radio]') ||
                (ring && getComputedStyle(ring).stroke !== 'none');
            return {
                name: element.getAttribute('aria-label') ?? element.textContent.trim(),
                tag: element.tagName,
                drawn,
            };
        });

    step('weighs less than 100 kB', async () => {
        const answers = [];
        page.on('response', (response) => answers.push(response));
        await page.goto('/');
        await page.getByRole('button', { name: 'Sign in' }).waitFor();
        await page.waitForLoadState('networkidle');
        let bytes = 0;
        for (const answer of answers)
            if (/\.(js|css)$/.test(new URL(answer.url()).pathname))
                bytes += gzipSync(await answer.body()).length;
        assert.ok(bytes > 20_000 && bytes < 100_000, `${bytes} bytes`);
    });

    step('lets a teacher in by PIN, and keeps administration for passwords', async () => {
        await sign_in(page, 'rossi', '2222');
        await page.getByRole('heading', { name: 'Today' }).waitFor();
        await page.goto('/admin');
        await page.getByRole('link', { name: 'Rooms' }).waitFor();
        assert.equal(await page.getByRole('link', { name: 'Box' }).count(), 0);
        await page.goto('/admin/system');
        await page.getByText('There is nothing here for you').waitFor();
        await check(page, 'not here');
    });

    step('shows the lesson to keyboard alone', async () => {
        await page.goto('/today');
        await page.getByRole('button', { name: 'Open the lesson' }).focus();
        await page.keyboard.press('Enter');
        await page.waitForURL(/\/live\/\d+/, { waitUntil: 'commit' });
        await page
            .locator('.seat[data-state=ready]')
            .nth(headsets - 1)
            .waitFor();
        await page.keyboard.press('Space');
        await page
            .locator('.seat[data-state=playing]')
            .nth(headsets - 1)
            .waitFor();

        await page.keyboard.press('ArrowRight');
        const first = await focused();
        assert.match(first.name, /^ada, Row 1, place 1, playing/);
        await page.keyboard.press('ArrowRight');
        assert.match((await focused()).name, /^amir, /);
        await page.keyboard.press('ArrowDown');
        assert.match((await focused()).name, /Row 2, place 2/);
        await page.keyboard.press('ArrowUp');
        await page.keyboard.press('Enter');
        await page.getByRole('region', { name: 'amir' }).waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('region', { name: 'amir' }).waitFor({ state: 'detached' });
        await page.keyboard.press('?');
        await page.getByRole('dialog', { name: 'Keys' }).waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await page.keyboard.press('v');
        await page.getByRole('table').waitFor();
        await page.keyboard.press('v');

        const seen = new Set();
        for (let i = 0; i < 40; ++i) {
            await page.keyboard.press('Tab');
            const at = await focused();
            assert.ok(at.drawn || at.tag === 'BODY', `the focus shows on ${at.tag} ${at.name}`);
            seen.add(at.name);
        }
        for (const name of ['Live', 'Pause', 'Stop', 'List', 'You and this page'])
            assert.ok(
                [...seen].some((one) => one.includes(name)),
                name,
            );
    });

    step('admits a headset on which a student signed in, by one tap', async () => {
        await wire.start(server.url);
        phone = await browser.open(wire.url, {
            viewport: { width: 390, height: 844 },
            hasTouch: true,
            isMobile: true,
        });
        // The test can mute a headset: its answers to commands get lost on the way.
        await phone.routeWebSocket(/\/v1\/live/, (socket) => {
            const box = socket.connectToServer();
            socket.onMessage((message) => {
                if (!is_mute || !String(message).includes('command.answer')) box.send(message);
            });
        });
        await phone.goto('/index/');
        await phone.getByText('With a PIN').tap();
        await phone.getByLabel('Nickname').fill('ben');
        await phone.getByLabel('PIN', { exact: true }).fill('1111');
        await phone.getByRole('button', { name: 'Take part' }).tap();
        await phone.getByRole('heading', { name: 'Almost there' }).waitFor();
        await check(phone, 'virtual headset: waiting');
        await page.goto('/headsets');
        await page.getByRole('button', { name: 'Admit ben' }).waitFor();
        await check(page, 'a request');
        await page.getByRole('button', { name: 'Admit ben' }).click();
        await phone.locator('main[data-phase=open][data-state=running]').waitFor();
        await page.getByRole('button', { name: 'Admit ben' }).waitFor({ state: 'detached' });
    });

    step('opens pairing to every student for a while', async () => {
        await page.getByRole('button', { name: 'Open for 10 minutes' }).click();
        await page.getByText(/^Open for \d+:\d\d/).waitFor();
        const other = await browser.open(server.url);
        await other.goto('/index/');
        await other.getByText('With a PIN').click();
        await other.getByLabel('Nickname').fill('bo');
        await other.getByLabel('PIN', { exact: true }).fill('1111');
        await other.getByRole('button', { name: 'Take part' }).click();
        await other.locator('main[data-phase=open]').waitFor();
        await other.context().close();
        await page.getByRole('button', { name: 'Close now' }).click();
        await page.getByRole('button', { name: 'Open for 10 minutes' }).waitFor();
    });

    step('says who did not follow a command, and gets them back', async () => {
        await page.locator('a[href="/live"]').first().click();
        const ben = page.locator('.seat[aria-label^="ben,"]');
        const ben_is = (state) =>
            until(async () => (await ben.getAttribute('data-state')) === state, `ben is ${state}`);
        await ben_is('playing');
        is_mute = true;
        await page.getByRole('button', { name: 'Pause', exact: true }).click();
        await page.getByRole('button', { name: /^Pausing 3 of \d$/ }).waitFor();
        await page.getByRole('button', { name: '1 has not answered: send again' }).waitFor();
        await ben_is('needs_help');
        await page.getByRole('button', { name: /^ben has not answered/ }).waitFor();
        await check(page, 'somebody did not follow');
        is_mute = false;
        const again = page.getByRole('button', { name: /^1 (has not answered: send again|did not: retry)$/ });
        await again.click();
        await ben_is('paused');
        await again.waitFor({ state: 'detached' });
    });

    step('shows who is gone, without waiting for them', async () => {
        wire.cut();
        await page.getByRole('button', { name: /^ben not heard from for \d+ s/ }).waitFor();
        await page.getByRole('button', { name: 'Resume', exact: true }).click();
        await page
            .locator('.seat[data-state=playing]')
            .nth(headsets - 1)
            .waitFor();
        await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
        wire.mend();
        await phone.locator('main[data-phase=open][data-state=running]').waitFor();
        await page.locator('.seat[data-state=playing]').nth(headsets).waitFor();
    });

    step('fits every screen', async () => {
        const live = new URL(page.url()).pathname;
        const windows = [
            { width: 390, height: 844 },
            { width: 820, height: 1180 },
            { width: 1920, height: 1080 },
        ];
        for (const viewport of windows) {
            await page.setViewportSize(viewport);
            for (const place of [live, ...places]) {
                await page.goto(place);
                await page.locator('h1').first().waitFor();
                const { wide, small } = await page.evaluate(() => ({
                    wide: document.documentElement.scrollWidth - innerWidth,
                    small: [...document.querySelectorAll('button, .button, input:not([type=radio]), select')]
                        .filter((one) => one.checkVisibility() && !one.closest('.unseen'))
                        .map((one) => ({
                            box: one.getBoundingClientRect(),
                            what: one.outerHTML.slice(0, 90),
                        }))
                        .filter(({ box }) => box.height > 0 && (box.height < 43.9 || box.width < 43.9))
                        .map(({ what }) => what),
                }));
                assert.ok(wide <= 0, `${place} is ${wide} too wide at ${viewport.width}`);
                assert.deepEqual(small, [], `${place} at ${viewport.width}: targets under 44 pixels`);
            }
        }
        await page.setViewportSize({ width: 390, height: 844 });
        await page.goto(live);
        await page.locator('.seat').first().waitFor();
        await check(page, 'live on a phone');
        await page.getByRole('button', { name: 'More', exact: true }).click();
        await check(page, 'more places');
    });

    step('speaks Chinese, looks larger, and remembers it', async () => {
        await page.locator('.sheet').getByText('中文').click();
        await page.locator('.sheet').getByText('远看').click();
        await page.reload();
        await page.getByRole('link', { name: '课堂' }).first().waitFor();
        const root = page.locator('html');
        assert.equal(await root.getAttribute('lang'), 'zh-Hans');
        assert.equal(await root.getAttribute('data-size'), 'far');
        await page.setViewportSize({ width: 1920, height: 1080 });
        await check(page, 'live in Chinese, from afar');
    });

    step('lets a viewer see, and not act', async () => {
        const office = await browser.open(server.url);
        await office.goto('/');
        await office.getByLabel('User name').fill('demo');
        await office.getByLabel('Password', { exact: true }).fill('demo-demo');
        await office.getByRole('button', { name: 'Sign in' }).click();
        await office.getByRole('button', { name: 'You and this page' }).waitFor();
        await office.goto('/admin/system');
        await office.getByRole('heading', { name: 'Connections' }).waitFor();
        await check(office, 'box');
        await office.getByRole('link', { name: 'Organisation' }).click();
        await office.getByText(/of 40 headsets/).waitFor();
        await check(office, 'organisation');
        await office.getByRole('link', { name: 'People' }).click();
        await office.getByRole('button', { name: 'Add a person' }).click();
        await office.getByLabel('Role').selectOption({ label: 'Viewer' });
        await office.getByLabel('Nickname').fill('Guest');
        await office.getByLabel('User name').fill('guest');
        await office.getByLabel('Password', { exact: true }).fill('guest-guest');
        await check(office, 'add a person');
        await office.getByRole('button', { name: 'Add', exact: true }).click();
        await office.getByRole('rowheader', { name: 'Guest' }).waitFor();
        await check(office, 'people');
        await office.context().close();

        const guest = await browser.open(server.url);
        await guest.goto('/live');
        await guest.getByLabel('User name').fill('guest');
        await guest.getByLabel('Password', { exact: true }).fill('guest-guest');
        await guest.getByRole('button', { name: 'Sign in' }).click();
        await guest.locator('.seat[data-state=playing]').first().waitFor();
        assert.equal(await guest.getByRole('button', { name: 'Stop' }).count(), 0);
        assert.equal(await guest.getByRole('link', { name: 'Today' }).count(), 0);
        await check(guest, 'live for a viewer');
        await guest.context().close();
    });

    step('tells a student where the lesson is', async () => {
        const student = await browser.open(server.url);
        await sign_in(student, 'clara', '1111');
        await student.getByRole('heading', { name: 'Hello clara' }).waitFor();
        await check(student, 'a student');
        await student.context().close();
    });

    step('has a page to try the socket with, and one for the API', async () => {
        const builder = await browser.open(server.url);
        await builder.goto('/websocket/');
        await check(builder, 'socket');
        await builder.getByRole('button', { name: 'Connect', exact: true }).click();
        await builder.locator('[data-test=socket-state][data-state=open]').waitFor();
        await builder.getByRole('button', { name: 'start' }).click();
        await builder.locator('.in').first().waitFor();
        await builder.goto('/docs');
        await builder.getByText('/v1/rooms', { exact: true }).first().waitFor();
        assert.deepEqual(builder.faults, []);
    });
});
