// Every place at every size of window: nothing sticks out, is cut off, or lies over something else. In the
// pseudo-language, both ways round and at twice the text; LECTERN_LAYOUTS=whole adds every language of the
// page (./dev test --long).
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { layout_faults_of, views, windows } from './layout.mjs';
import { Browser, Server, steps, until } from './support.mjs';
import { languages, Words } from './words.mjs';

const students = ['ada', 'amir', 'anna', 'ben', 'bo', 'clara', 'dara', 'elif', 'emil', 'eva'];
const places = [
    ...['/today', '/classes', '/classes/1', '/classes/1/cards', '/lessons', '/courses', '/content'],
    ...['/scenarios', '/trainings', '/leaderboard', '/headsets', '/results', '/ready', '/account'],
    ...['/rooms/1', '/rooms/1/edit', '/people/3'],
    ...['/admin', '/admin/rooms', '/admin/people', '/admin/lockouts', '/admin/organisation'],
    ...['/admin/audit', '/admin/backups', '/admin/system', '/admin/organisations', '/admin/keys'],
];

/// A place, and the button that opens a dialog there.
const dialogs = [
    ['/classes', 'class.add'],
    ['/classes/1', 'class.add_students'],
    ['/classes/1', 'class.change'],
    ['/lessons', 'lesson.add'],
    ['/courses', 'course.add'],
    ['/admin/people', 'people.add'],
    ['/headsets', 'pair.title'],
];

const whole = process.env.LECTERN_LAYOUTS === 'whole';
for (const language of whole ? languages : ['pseudo']) layouts_in(new Words(language));

function layouts_in(words) {
    describe(`the layout: ${words.language}`, () => {
        const server = new Server();
        const say = (key, parameters) => words.say(key, parameters);
        const looked_at =
            words.language === 'pseudo' ? Object.values(views) : [views.plain, views.large_text];
        let browser, page, phone, simulation, live;
        const faults = [];
        // All of them are told at once, at the end.
        const check_layout = async (where, what) =>
            void faults.push(...(await layout_faults_of(where, what, looked_at)));
        const button = (where, key, parameters) =>
            where.getByRole('button', { name: say(key, parameters), exact: true });
        const step = steps(() => ({ page, phone }));

        before(async () => {
            browser = await Browser.launch();
            await server.start('--demo');
            page = await browser.open(server.url, { bypassCSP: true });
            phone = await browser.open(server.url, {
                bypassCSP: true,
                viewport: { width: 390, height: 844 },
            });
            for (const one of [page, phone]) await words.speak(one.context());
        });
        after(async () => {
            await simulation?.signal('SIGKILL');
            await browser?.end();
            await server.end();
        });

        step('holds on the sign-in page', async () => {
            await page.goto('/');
            await button(page, 'login.sign_in').waitFor();
            await check_layout(page, 'sign in');
            await page.locator('[name=username]').fill('demo');
            await page.getByLabel(say('person.password'), { exact: true }).fill('demo-demo');
            await button(page, 'login.sign_in').click();
            await button(page, 'shell.account').waitFor();
        });

        step('holds in a lesson with raised hands, an open headset, and a message', async () => {
            const hands = ['--hands', '30'];
            simulation = server.simulate(
                students.length,
                ...['--nicknames', students.join(','), '--pin', '1111', ...hands],
            );
            await page.goto('/today');
            await page
                .getByLabel(say('word.lesson'), { exact: true })
                .selectOption({ label: `Coral reef · ${say('time.minutes', { count: 18 })}` });
            await button(page, 'today.start').click();
            await page
                .locator('.seat[data-state=ready]')
                .nth(students.length - 1)
                .waitFor();
            live = page.url();
            await check_layout(page, 'live before the start');
            await button(page, 'transport.start').click();
            await page.locator('.seat[data-hand]').nth(5).waitFor();
            await check_layout(page, 'live');
            await page.locator('.seat[data-hand]').first().click();
            await page.getByText(say('headset.round_trip')).waitFor();
            await check_layout(page, 'live with a headset open');
            await page.setViewportSize({ width: 1920, height: 1080 });
            const cut = await page
                .locator('.detail')
                .evaluate((detail) => detail.scrollHeight - detail.clientHeight);
            assert.ok(cut <= 1, `the opened headset is cut off by ${cut} pixels on a large screen`);
            await page.keyboard.press('Escape');
            await page.getByRole('slider', { name: say('transport.seek') }).fill('300000');
            await page.getByText(say('transport.moved', { position: '5:00' })).waitFor();
            await check_layout(page, 'live with a short message');
            for (const view of ['live.list', 'live.pictures', 'live.map']) {
                await button(page, view).click();
                await check_layout(page, `live: ${view}`);
            }
            await button(page, 'order.message').click();
            await page.getByRole('dialog').waitFor();
            await check_layout(page, 'a message to the class');
            await page.keyboard.press('Escape');
        });

        step('shows the room at every size, with the whole map at hand', async () => {
            for (const window of windows) {
                await page.setViewportSize(window);
                const map = page.getByRole('group', { name: say('live.map'), exact: true });
                const seat = map.locator('.seat').first();
                const box = await seat.boundingBox();
                assert.ok(box.width >= 24 && box.height >= 24, `a seat of ${box.width} at ${window.width}`);
                assert.ok(box.y < window.height, `the first seat is below the fold at ${window.width}`);
                const pause = await button(page, 'transport.pause').boundingBox();
                assert.ok(
                    pause.y + pause.height <= window.height,
                    `Pause is below the fold at ${window.width}x${window.height}`,
                );
            }
            await page.setViewportSize({ width: 1280, height: 800 });
        });

        step('holds on a headset in the browser, with a message', async () => {
            await phone.goto('/index/');
            await phone.getByText(say('login.by_pin')).click();
            await phone.getByLabel(say('person.nickname')).fill('finn');
            await phone.getByLabel(say('person.pin'), { exact: true }).fill('1111');
            await check_layout(phone, 'virtual headset: pairing');
            await button(phone, 'virtual.pair').click();
            await phone.getByRole('heading', { name: say('virtual.waiting_title') }).waitFor();
            await page.goto('/headsets');
            await button(page, 'request.admit_named', { name: 'finn' }).click();
            await phone.locator('main[data-phase=open][data-state=running]').waitFor();
            await page.goto(live);
            await button(page, 'order.message').click();
            await button(page, 'message.well_done').click();
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
            await button(page, 'transport.stop').click();
            await button(page, 'stop.yes').click();
            await page.getByRole('heading', { name: say('live.over') }).waitFor();
            await check_layout(page, 'live, over');
            const id = live.split('/').at(-1);
            await page.goto(`/results/${id}`);
            await page.getByTestId('events').waitFor();
            await check_layout(page, 'summary');
            await page.goto(`/results/${id}/debrief`);
            await page.locator('h1').waitFor();
            await check_layout(page, 'debrief');
            await page.goto(`/results/${id}/report`);
            await page.getByLabel(say('report.with_students')).check();
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

        step('holds in dialogs, and in the menu of a person', async () => {
            for (const [place, key] of dialogs) {
                await page.goto(place);
                await button(page, key).first().click();
                await page.getByRole('dialog').waitFor();
                await check_layout(page, `${place}: ${key}`);
            }
            await page.goto('/account');
            await button(page, 'shell.account').click();
            await page.getByRole('button', { name: say('login.sign_out'), exact: true }).waitFor();
            await check_layout(page, 'the menu');
        });

        step('holds when the box is gone', async () => {
            await page.goto('/classes');
            await page.locator('h1').first().waitFor();
            await server.kill();
            await page.getByText(say('gone.title')).first().waitFor();
            await check_layout(page, 'the box is gone');
        });

        step('has no fault anywhere', () => assert.deepEqual(faults, []));
    });
}
