// Every place at every size of window: nothing sticks out, is cut off, or lies over something else.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { layout_faults_of, windows } from './layout.mjs';
import { Browser, Server, steps, until } from './support.mjs';

const students = ['ada', 'amir', 'anna', 'ben', 'bo', 'clara', 'dara', 'elif', 'emil', 'eva'];
const places = [
    ...['/today', '/classes', '/classes/1', '/classes/1/cards', '/lessons', '/courses', '/content'],
    ...['/scenarios', '/trainings', '/leaderboard', '/headsets', '/results', '/ready', '/account'],
    ...['/rooms/1', '/rooms/1/edit', '/people/3'],
    ...['/admin', '/admin/rooms', '/admin/people', '/admin/lockouts', '/admin/organisation'],
    ...['/admin/audit', '/admin/backups', '/admin/system', '/admin/organisations', '/admin/keys'],
];

describe('the layout', () => {
    const server = new Server();
    let browser, page, phone, simulation, live;
    const faults = [];
    // All of them are told at once, at the end.
    const check_layout = async (where, what) => void faults.push(...(await layout_faults_of(where, what)));
    const step = steps(() => ({ page, phone }));

    before(async () => {
        browser = await Browser.launch();
        await server.start('--demo');
        page = await browser.open(server.url, { bypassCSP: true });
        phone = await browser.open(server.url, {
            bypassCSP: true,
            viewport: { width: 390, height: 844 },
        });
    });
    after(async () => {
        await simulation?.signal('SIGKILL');
        await browser?.end();
        await server.end();
    });

    step('holds on the sign-in page', async () => {
        await page.goto('/');
        await page.getByRole('button', { name: 'Sign in' }).waitFor();
        await check_layout(page, 'sign in');
        await page.getByLabel('User name').fill('demo');
        await page.getByLabel('Password', { exact: true }).fill('demo-demo');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('button', { name: 'You and this page' }).waitFor();
    });

    step('holds in a lesson with raised hands, an open headset, and a message', async () => {
        const hands = ['--hands', '30'];
        simulation = server.simulate(
            students.length,
            ...['--nicknames', students.join(','), '--pin', '1111', ...hands],
        );
        await page.goto('/today');
        await page.getByLabel('Lesson', { exact: true }).selectOption({ label: 'Coral reef · 18 min' });
        await page.getByRole('button', { name: 'Open the lesson' }).click();
        await page
            .locator('.seat[data-state=ready]')
            .nth(students.length - 1)
            .waitFor();
        live = page.url();
        await check_layout(page, 'live before the start');
        await page.getByRole('button', { name: 'Start', exact: true }).click();
        await page.locator('.seat[data-hand]').nth(5).waitFor();
        await check_layout(page, 'live');
        await page.locator('.seat[data-hand]').first().click();
        await page.getByText('Round trip').waitFor();
        await check_layout(page, 'live with a headset open');
        await page.setViewportSize({ width: 1920, height: 1080 });
        const cut = await page
            .locator('.detail')
            .evaluate((detail) => detail.scrollHeight - detail.clientHeight);
        assert.ok(cut <= 1, `the opened headset is cut off by ${cut} pixels on a large screen`);
        await page.keyboard.press('Escape');
        await page.getByRole('slider', { name: 'Position in the lesson' }).fill('300000');
        await page.getByText('Moved to 5:00.').waitFor();
        await check_layout(page, 'live with a short message');
        for (const view of ['List', 'Pictures', 'Map']) {
            await page.getByRole('button', { name: view }).click();
            await check_layout(page, `live: ${view}`);
        }
        await page.getByRole('button', { name: 'Message' }).click();
        await page.getByRole('dialog').waitFor();
        await check_layout(page, 'a message to the class');
        await page.keyboard.press('Escape');
    });

    step('shows the room at every size, with the whole map at hand', async () => {
        for (const window of windows) {
            await page.setViewportSize(window);
            const map = page.getByRole('group', { name: 'Map', exact: true });
            const seat = map.locator('.seat').first();
            const box = await seat.boundingBox();
            assert.ok(box.width >= 24 && box.height >= 24, `a seat of ${box.width} at ${window.width}`);
            assert.ok(box.y < window.height, `the first seat is below the fold at ${window.width}`);
            const pause = await page.getByRole('button', { name: 'Pause', exact: true }).boundingBox();
            assert.ok(
                pause.y + pause.height <= window.height,
                `Pause is below the fold at ${window.width}x${window.height}`,
            );
        }
        await page.setViewportSize({ width: 1280, height: 800 });
    });

    step('holds on a headset in the browser, with a message', async () => {
        await phone.goto('/index/');
        await phone.getByText('With a PIN').click();
        await phone.getByLabel('Nickname').fill('finn');
        await phone.getByLabel('PIN', { exact: true }).fill('1111');
        await check_layout(phone, 'virtual headset: pairing');
        await phone.getByRole('button', { name: 'Take part' }).click();
        await phone.getByRole('heading', { name: 'Almost there' }).waitFor();
        await page.goto('/headsets');
        await page.getByRole('button', { name: 'Admit finn' }).click();
        await phone.locator('main[data-phase=open][data-state=running]').waitFor();
        await page.goto(live);
        await page.getByRole('button', { name: 'Message' }).click();
        await page.getByRole('button', { name: 'Well done!' }).click();
        await page.locator('dialog button[type=submit]').click();
        await phone.getByTestId('message').waitFor();
        await check_layout(phone, 'virtual headset: a message');
    });

    step('holds on the projector', async () => {
        const projector = await page.context().newPage();
        await projector.goto('/display');
        await projector.getByTestId('display-count').waitFor();
        await check_layout(projector, 'display');
        await projector.close();
    });

    step('holds in the results', async () => {
        await page.goto(live);
        await page.getByRole('button', { name: 'Stop' }).click();
        await page.getByRole('button', { name: 'Stop the lesson' }).click();
        await page.getByRole('heading', { name: 'The lesson is over' }).waitFor();
        await check_layout(page, 'live, over');
        const id = live.split('/').at(-1);
        await page.goto(`/results/${id}`);
        await page.getByTestId('events').waitFor();
        await check_layout(page, 'summary');
        await page.goto(`/results/${id}/debrief`);
        await page.locator('h1').waitFor();
        await check_layout(page, 'debrief');
        await page.goto(`/results/${id}/report`);
        await page.getByLabel('With a page for each student').check();
        await page.locator('article').nth(3).waitFor();
        await check_layout(page, 'report');
        await page.goto(`/results/${id}`);
        await page.locator('a[href*="/students/"]').first().click();
        await page.waitForURL(/\/students\//, { waitUntil: 'commit' });
        await page.locator('article').first().waitFor();
        await check_layout(page, 'a student’s results');
    });

    step('holds in every place', async () => {
        for (const place of places) {
            await page.goto(place);
            await page.locator('h1').first().waitFor();
            await until(
                async () => (await page.locator('[aria-busy=true]').count()) === 0,
                `${place} has loaded`,
            );
            await check_layout(page, place);
        }
    });

    step('has no fault anywhere', () => assert.deepEqual(faults, []));
});
