// A first morning with a new box: from an empty folder to the summary of a lesson for a whole class. In the
// middle the plug is pulled.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { Browser, check, Server, steps, until } from './support.mjs';

const headsets = 30;
const nicknames = Array.from(
    { length: headsets + 1 },
    (_, index) => `student${String(index + 1).padStart(2, '0')}`,
);
const everybody = nicknames.length;
const last = nicknames.at(-1);

describe('a first morning', () => {
    const server = new Server();
    const pins = new Map();
    let browser, page, phone, simulation;
    const step = steps(() => ({ page, phone }));

    before(async () => {
        browser = await Browser.launch();
        await server.start();
        page = await browser.open(server.url);
    });
    after(async () => {
        await simulation?.signal('SIGKILL');
        await browser?.end();
        await server.end();
    });

    const in_sync = (count) =>
        until(
            async () =>
                (await page.locator('[data-test=in-sync] strong').innerText()) === `${count} of ${everybody}`,
            `${count} of ${everybody} in sync`,
        );
    const seats_in = (state, count) =>
        until(
            async () => (await page.locator(`.seat[data-state=${state}]`).count()) === count,
            `${count} seats are ${state}`,
        );

    step('takes the box over with the setup code', async () => {
        await page.goto('/');
        await page.getByRole('heading', { name: 'Your language' }).waitFor();
        await page.getByRole('button', { name: 'Next' }).click();
        await check(page, 'setup');
        await page.getByLabel('Setup code').fill('not-it');
        await page.getByRole('button', { name: 'Next' }).click();
        await page.getByText('That setup code is not right').waitFor();
        await page.getByLabel('Setup code').fill(await server.setup_code());
        await page.getByRole('button', { name: 'Next' }).click();
        await page.getByLabel('Name of the school').fill('Riverside School');
        await check(page, 'setup: school');
        await page.getByRole('button', { name: 'Next' }).click();
        await page.getByLabel('User name').fill('rossi');
        await page.getByLabel('Nickname').fill('Ms Rossi');
        await page.getByLabel('Password', { exact: true }).fill('a long password');
        await check(page, 'setup: administrator');
        await page.getByRole('button', { name: 'Finish' }).click();
        await page.getByRole('heading', { name: 'Second step', level: 1 }).waitFor();
        await page.getByRole('link', { name: 'Go on later' }).click();
        await page.getByRole('heading', { name: 'Four steps to the first lesson' }).waitFor();
        await check(page, 'an empty box');
    });

    step('signs out and in again', async () => {
        await page.getByRole('button', { name: 'You and this page' }).click();
        await check(page, 'menu');
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByLabel('User name').fill('rossi');
        await page.getByLabel('Password', { exact: true }).fill('wrong password');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByText('That is not right').waitFor();
        await check(page, 'sign in');
        await page.getByLabel('Password', { exact: true }).fill('a long password');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('heading', { name: 'Today' }).waitFor();
    });

    step('draws the room, adds the class and a lesson', async () => {
        await page.getByRole('link', { name: /Draw your room/ }).click();
        await page.getByRole('button', { name: 'Add a room' }).click();
        await page.getByLabel('Name of the room').fill('Room 2');
        await page.getByLabel('Rows', { exact: true }).fill('6');
        await check(page, 'add a room');
        await page.getByRole('button', { name: 'Add', exact: true }).click();
        await page.getByRole('heading', { name: 'Room 2' }).waitFor();

        await page.getByRole('link', { name: 'Classes', exact: true }).click();
        await check(page, 'no classes');
        await page.getByRole('button', { name: 'Add a class' }).click();
        await page.getByLabel('Name of the class').fill('6B');
        await page.getByRole('button', { name: 'Add', exact: true }).click();
        await page.getByRole('heading', { name: '6B' }).waitFor();
        await page.getByRole('button', { name: 'Add students' }).click();
        await page.getByLabel('Nicknames').fill(nicknames.join('\n'));
        await page.getByRole('button', { name: `Add ${everybody} students` }).click();
        await until(async () => (await page.locator('.pin').count()) === everybody, 'everybody has a PIN');
        for (const row of await page.locator('tbody tr').all())
            pins.set(await row.locator('th').innerText(), await row.locator('.pin').innerText());
        await check(page, 'a class');

        await page.getByRole('link', { name: 'Lessons', exact: true }).click();
        await page.getByRole('button', { name: 'Add a lesson' }).click();
        await page.getByLabel('Title', { exact: true }).fill('Coral reef');
        await page.getByLabel('What to play').fill('reef.mp4');
        await page.getByLabel('Length', { exact: true }).fill('30:00');
        await check(page, 'add a lesson');
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByRole('rowheader', { name: /Coral reef/ }).waitFor();
        await check(page, 'lessons');
    });

    step('pairs a phone by the code on the page, and the class’s headsets', async () => {
        await page.getByRole('link', { name: 'Headsets', exact: true }).click();
        await check(page, 'no headsets');
        await page.getByRole('button', { name: 'Pair a headset' }).click();
        const code = page.getByTestId('pairing-code');
        const first = await code.innerText();
        assert.match(first, /^\d{3} \d{3}$/);
        await check(page, 'pairing');

        phone = await browser.open(server.url, { viewport: { width: 390, height: 844 }, hasTouch: true });
        await phone.goto('/index/');
        await check(phone, 'virtual headset: pairing');
        await phone.getByLabel('Pairing code').fill(first);
        await phone.getByRole('button', { name: 'Take part' }).click();
        await phone.locator('main[data-phase=open]').waitFor();
        await page.getByText(/^Paired: /).waitFor();
        await until(async () => (await code.innerText()) !== first, 'the next code is shown');
        await page.getByRole('button', { name: 'Done' }).click();

        await phone.getByRole('button', { name: 'Sign in' }).click();
        await phone.getByLabel('Nickname').fill(last);
        await phone.getByLabel('PIN').fill(pins.get(last));
        await phone.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
        await phone.getByText(last).waitFor();

        const people = join(server.folder, 'people.csv');
        const lines = nicknames.slice(0, headsets).map((nickname) => `${nickname},${pins.get(nickname)}`);
        writeFileSync(people, lines.join('\n') + '\n');
        simulation = server.simulate(headsets, '--people', people, '--until-stopped');
        await until(
            async () =>
                (await page
                    .locator('tbody tr td:nth-child(3)')
                    .getByText(/^student\d\d$/)
                    .count()) === everybody,
            'everybody is signed in on a headset',
        );
        await check(page, 'headsets');
    });

    step('puts everybody on a seat', async () => {
        await page.getByRole('link', { name: 'Admin' }).click();
        // this machine's disk may be nearly full
        await page.getByText(/^(The box is well|\d+ things? to look at)$/).waitFor();
        await check(page, 'administration');
        await page.getByRole('link', { name: 'Rooms' }).click();
        await page.getByRole('link', { name: /Room 2/ }).click();
        await page.getByRole('button', { name: 'Fill the seats' }).click();
        await seats_in('ready', everybody);
        await check(page, 'room');
        await page.locator('.seat').first().click();
        await check(page, 'a seat');
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
    });

    step('starts the lesson for all at once', async () => {
        await page.getByRole('link', { name: 'Today' }).click();
        await page.getByRole('heading', { name: 'Ready to teach' }).waitFor();
        await check(page, 'today');
        await page.getByRole('button', { name: 'Open the lesson' }).click();
        await page.getByRole('heading', { name: '6B · Coral reef' }).waitFor();
        await seats_in('ready', everybody);
        await check(page, 'live, before the start');
        await page.getByRole('button', { name: 'Start', exact: true }).click();
        await seats_in('playing', everybody);
        await in_sync(everybody);
        await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
        await page.getByText('Everyone is with you.').waitFor();
        await phone.locator('main[data-state=running]').waitFor();
        await check(page, 'live');
        await check(phone, 'virtual headset: running');
    });

    step('shows the class as a list, and one headset in full', async () => {
        await page.getByRole('button', { name: 'List' }).click();
        assert.equal(await page.locator('.list tbody tr').count(), everybody);
        await check(page, 'live as a list');
        await page.getByRole('button', { name: 'Map' }).click();
        await page.locator('.seat').nth(3).click();
        await page.getByText('Round trip').waitFor();
        await check(page, 'live with a headset open');
        await page.keyboard.press('Escape');
    });

    step(
        'says at once that the box is gone, keeps what it knew, and comes back alone where the lesson is',
        async () => {
            await until(
                async () => Number(await phone.locator('main').getAttribute('data-acknowledged')) > 0,
                'events are kept',
            );
            await server.kill();
            await page.getByText('The box is gone.').waitFor();
            assert.equal(await page.locator('.seat').count(), 36);
            assert.ok(await page.getByRole('button', { name: 'Pause', exact: true }).isDisabled());
            await check(page, 'the box is gone');
            await phone.locator('main[data-phase=gone]').waitFor();
            const position_before = await page.getByTestId('position').innerText();

            await server.start();
            await page.getByText('The box is gone.').waitFor({ state: 'detached' });
            await in_sync(everybody);
            await phone.locator('main[data-phase=open][data-state=running]').waitFor();
            assert.ok(seconds(await page.getByTestId('position').innerText()) >= seconds(position_before));
        },
    );

    step('pauses, moves and goes on with everybody', async () => {
        await page.keyboard.press('Space');
        await seats_in('paused', everybody);
        await phone.locator('main[data-state=paused]').waitFor();
        await page.getByRole('slider', { name: 'Position in the lesson' }).fill('600000');
        await until(
            async () => (await page.getByTestId('position').innerText()) === '10:00',
            'the page is at 10:00',
        );
        await in_sync(everybody);
        await page.getByRole('button', { name: 'Resume', exact: true }).click();
        await seats_in('playing', everybody);
        await until(
            async () => seconds(await page.getByTestId('position').innerText()) >= 602,
            'it goes on from 10:00',
        );
        await until(
            async () => seconds(await phone.getByTestId('position').innerText()) >= 602,
            'the phone goes on from there',
        );
    });

    step('stops, and no acknowledged event is lost', async () => {
        await page.getByRole('button', { name: 'Stop' }).click();
        await check(page, 'stop?');
        await page.getByRole('button', { name: 'Stop the lesson' }).click();
        await page.getByRole('heading', { name: 'The lesson is over' }).waitFor();
        await phone.locator('main[data-state=stopped][data-pending="0"]').waitFor();
        const { code } = await simulation.ended;
        const counts = JSON.parse(simulation.output);
        assert.equal(code, 0, simulation.errors + simulation.output);
        assert.equal(counts.events.made, counts.events.acknowledged);
        assert.equal(counts.events.lost, 0);
        const by_phone = Number(await phone.locator('main').getAttribute('data-acknowledged'));
        assert.ok(by_phone > 0);

        await page.getByRole('link', { name: 'See the summary' }).click();
        const events = page.getByTestId('events');
        assert.equal(Number(await events.getAttribute('data-count')), counts.events.acknowledged + by_phone);
        assert.equal(await page.locator('.students li').count(), everybody);
        await page.getByText(/^The class looked /).waitFor();
        await check(page, 'summary');
        const each = page.getByRole('region', { name: 'Every student' });
        await each.getByRole('button', { name: 'As a table' }).click();
        assert.equal(await each.locator('tbody tr').count(), everybody);
        await check(page, 'summary as a table');
    });

    step('keeps the lesson among the results', async () => {
        await page.getByRole('link', { name: 'Results' }).first().click();
        await page.getByRole('link', { name: /6B · Coral reef/ }).waitFor();
        await check(page, 'results');
    });
});

function seconds(clock) {
    return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}
