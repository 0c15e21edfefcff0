// Nothing that a teacher typed is lost by leaving, and no big step is taken by one tap without a way back.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Browser, check, Server, steps, until } from './support.mjs';

const headsets = 2;

describe('work in hand', () => {
    const server = new Server();
    let browser, page, simulation;
    const step = steps(() => ({ page }));

    before(async () => {
        browser = await Browser.launch();
        await server.start('--demo');
        page = await browser.open(server.url);
        simulation = server.simulate(headsets, '--nicknames', 'ada,amir', '--pin', '1111');
    });
    after(async () => {
        await simulation?.signal('SIGKILL');
        await browser?.end();
        await server.end();
    });

    const button = (name, where = page) => where.getByRole('button', { name, exact: true });
    const dialog = () => page.locator('dialog[open]').last();
    async function sign_in() {
        await page.goto('/');
        await page.getByLabel('User name').fill('demo');
        await page.getByLabel('Password', { exact: true }).fill('demo-demo');
        await button('Sign in').click();
        await page.getByRole('button', { name: 'You and this page' }).waitFor();
    }
    const title = () => page.locator('dialog input[name=title]');
    const drafts = () =>
        page.evaluate(
            () => Object.keys(localStorage).filter((key) => key.startsWith('lectern.draft/')).length,
        );
    const back = /Your unsaved work is back/;

    step('a half-written lesson is asked about, and is there again', async () => {
        await sign_in();
        await page.goto('/lessons');
        await page.getByRole('button', { name: 'Add a lesson' }).first().click();
        await title().fill('Volcanoes');
        await page.keyboard.press('Escape');
        await page.getByRole('heading', { name: 'You have not saved this' }).waitFor();
        await check(page, 'unsaved work');
        await button('Go on editing').click();
        assert.equal(await title().inputValue(), 'Volcanoes');
        await button('Cancel').click();
        await button('Keep as a draft').click();
        await page.locator('dialog[open]').waitFor({ state: 'detached' });
        await page.reload();
        await page.getByRole('button', { name: 'Add a lesson' }).first().click();
        await dialog().getByText(back).waitFor();
        assert.equal(await title().inputValue(), 'Volcanoes');
        await check(page, 'a draft');
        // What the box has, and back.
        await button('Drop', dialog()).click();
        assert.equal(await title().inputValue(), '');
        await button('Undo', dialog()).click();
        assert.equal(await title().inputValue(), 'Volcanoes');
    });

    step('dropping it can be undone, and saving it leaves nothing behind', async () => {
        await page.keyboard.press('Escape');
        await button('Drop', dialog()).click();
        await page.locator('dialog[open]').waitFor({ state: 'detached' });
        assert.equal(await drafts(), 0);
        await button('Undo', page.locator('.toasts')).click();
        await page.getByText('open it again to go on').waitFor();
        await page.getByRole('button', { name: 'Add a lesson' }).first().click();
        assert.equal(await title().inputValue(), 'Volcanoes');
        await button('Save').click();
        await page.getByRole('row', { name: /Volcanoes/ }).waitFor();
        await until(async () => (await drafts()) === 0, 'no draft is left');
        await page.getByRole('button', { name: 'Add a lesson' }).first().click();
        assert.equal(await title().inputValue(), '');
        await page.keyboard.press('Escape'); // nothing was changed, so nothing is asked
        await page.locator('dialog[open]').waitFor({ state: 'detached' });
    });

    step(
        'a scenario keeps what was typed when somebody leaves by a link, or the page is closed',
        async () => {
            await page.goto('/scenarios/new');
            await page.locator('input[name=title]').fill('Fire drill');
            await page.getByRole('link', { name: 'Classes' }).first().click();
            await button('Keep as a draft').click();
            await page.waitForURL('**/classes');
            await page.goto('/scenarios/new');
            await page.getByText(back).waitFor();
            assert.equal(await page.locator('input[name=title]').inputValue(), 'Fire drill');
            await page.locator('input[name=title]').fill('Fire drill, second floor');
            page.once('dialog', (asked) => void asked.accept()); // the browser's own question
            await page.reload();
            await page.getByText(back).waitFor();
            assert.equal(await page.locator('input[name=title]').inputValue(), 'Fire drill, second floor');
        },
    );

    step('a room keeps its seats where they were moved to, and undo leads back', async () => {
        await page.goto('/admin/rooms');
        await page.locator('a[href^="/rooms/"]').first().click();
        await page.getByRole('button', { name: 'Fill the seats' }).waitFor();
        const occupied = () => page.locator('main p.soft strong').first().innerText();
        const full = await occupied();
        await page.locator('[data-seat]').first().click();
        await dialog().getByLabel('Student').selectOption({ index: 0 });
        await button('Save', dialog()).click();
        await until(async () => (await occupied()) !== full, 'a seat is free');
        const empty = await occupied();
        await page.getByLabel('Class', { exact: true }).selectOption({ index: 1 });
        await page.getByRole('button', { name: 'Fill the seats' }).click();
        await until(async () => (await occupied()) !== empty, 'the seats are filled');
        await button('Undo', page.locator('.toasts')).click();
        await until(async () => (await occupied()) === empty, 'everybody sits as before');
        await page.getByRole('button', { name: 'Fill the seats' }).click();
        await until(async () => (await occupied()) === full, 'the seats are filled again');
        await page.getByRole('link', { name: 'Edit the seats' }).click();
        const seat = page.locator('.seat').first();
        const before = await seat.getAttribute('transform');
        await seat.focus();
        await page.keyboard.press('Shift+ArrowRight');
        await until(async () => (await seat.getAttribute('transform')) !== before, 'the seat has moved');
        const moved = await seat.getAttribute('transform');
        await page.getByRole('link', { name: 'Today' }).first().click();
        await button('Keep as a draft').click();
        await page.waitForURL('**/today');
        await page.goBack();
        await page.getByText(back).waitFor();
        assert.equal(await seat.getAttribute('transform'), moved);
        await button('Undo').first().click();
        await until(async () => (await seat.getAttribute('transform')) === before, 'the seat is back');
    });

    step('signing out says that drafts go, and erases them', async () => {
        await page.goto('/today');
        assert.ok((await drafts()) > 0);
        await page.getByRole('button', { name: 'You and this page' }).click();
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByRole('heading', { name: 'Sign out and erase your drafts?' }).waitFor();
        await dialog().getByRole('button', { name: 'Sign out' }).click();
        await button('Sign in').waitFor();
        await until(async () => (await drafts()) === 0, 'no draft is left');
        await sign_in();
    });

    step('a PIN that is in use is replaced only after a question', async () => {
        await page.goto('/classes');
        await page.locator('a[href^="/classes/"]').first().click();
        const row = page.getByRole('row', { name: /^anna/ });
        await row.getByRole('button', { name: /New PIN/ }).click();
        await page.getByRole('heading', { name: 'New PIN for anna?' }).waitFor();
        await button('Cancel').click();
        assert.equal(await row.locator('.pin').count(), 0);
        await row.getByRole('button', { name: /New PIN/ }).click();
        await button('New PIN', dialog()).click();
        assert.match(await row.locator('.pin').innerText(), /^\d{4}$/);
    });

    step('a lesson time that was removed comes back', async () => {
        await page.getByRole('button', { name: 'Add a lesson time' }).click();
        await dialog().locator('input[type=time]').first().fill('08:05');
        await dialog().locator('input[type=time]').last().fill('08:50');
        await button('Add', dialog()).click();
        const entry = page.getByText('08:05–08:50');
        await entry.waitFor();
        await page.getByRole('button', { name: /^Remove .* 08:05$/ }).click();
        await entry.waitFor({ state: 'detached' });
        await button('Undo', page.locator('.toasts')).click();
        await entry.waitFor();
        await check(page, 'a class');
    });

    step('a class that goes on is signed in again where it was', async () => {
        await page.goto('/today');
        const ready = () => page.locator('.seat[data-state=ready]').count();
        const names = async () =>
            (await page.locator('.seat[data-device] .name').allTextContents())
                .map((one) => one.trim())
                .sort();
        const open = async (goes_on) => {
            await page.goto('/today');
            const offer = page.getByLabel('The same class goes on');
            if (goes_on) {
                await offer.check();
                await check(page, 'the same class goes on');
            } else assert.equal(await offer.count(), 0);
            await button('Open the lesson').click();
            await page.waitForURL(/\/live\/\d+/);
        };
        await open(false);
        await until(async () => (await ready()) >= headsets, 'the headsets are ready');
        await page.keyboard.press('Space');
        await page
            .locator('.seat[data-state=playing]')
            .nth(headsets - 1)
            .waitFor();
        await until(
            async () => (await names()).filter((one) => ['ada', 'amir'].includes(one)).length === 2,
            'both are named',
        );
        // Ended from outside, as another teacher's page would.
        const id = Number(page.url().split('/').pop());
        await page.evaluate(
            (id) =>
                fetch(`/v1/sessions/${id}/stop`, {
                    method: 'POST',
                    headers: { 'content-type': 'application/json' },
                    body: '{}',
                }).then(({ ok }) => ok),
            id,
        );
        await open(true);
        await until(
            async () =>
                page.evaluate(
                    async () =>
                        (await (await fetch('/v1/devices')).json()).items.filter((one) => one.person)
                            .length === 2,
                ),
            'both are signed in again',
        );
    });
});

describe('a school that shares its box', () => {
    const server = new Server();
    let browser, page, simulation;
    const step = steps(() => ({ page }));
    const call = (method, path, body) =>
        page.evaluate(
            async ([method, path, body]) => {
                const headers = { 'content-type': 'application/json' };
                const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
                return answer.ok;
            },
            [method, path, body],
        );
    async function sign_in(username, password) {
        await page.goto('/');
        await page.getByLabel('User name').fill(username);
        await page.getByLabel('Password', { exact: true }).fill(password);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('button', { name: 'You and this page' }).waitFor();
    }
    async function sign_out() {
        await page.getByRole('button', { name: 'You and this page' }).click();
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByRole('button', { name: 'Sign in' }).waitFor();
    }

    before(async () => {
        browser = await Browser.launch();
        await server.start('--demo');
        page = await browser.open(server.url);
        // Now, while there is one organisation whose pairing code can be meant.
        simulation = server.simulate(1, '--nicknames', 'ada', '--pin', '1111');
    });
    after(async () => {
        await simulation?.signal('SIGKILL');
        await browser?.end();
        await server.end();
    });

    step('somebody who forgot the password finds out what to do, and can ask', async () => {
        await page.goto('/');
        await page.getByLabel('User name').fill('demo');
        await page.getByRole('button', { name: 'Forgot your password?' }).click();
        await page.getByRole('button', { name: 'Ask an administrator' }).waitFor();
        await check(page, 'a forgotten password');
        await page.getByRole('button', { name: 'Ask an administrator' }).click();
        await page.getByText('If somebody has this user name').waitFor();
        await page.locator('dialog').getByRole('button', { name: 'Close' }).last().click();
        await page.getByText('With a PIN').click();
        await page.getByRole('button', { name: 'Forgot your PIN?' }).click();
        await page.getByText('Your teacher gives you a new one').waitFor();
        await page.keyboard.press('Escape');
        await sign_in('demo', 'demo-demo');
        await page.goto('/admin/lockouts');
        await page.getByText('They asked for help at sign-in').waitFor();
    });

    step('its administrator reads that the licence has ended, and no page is blank', async () => {
        const made = await call('POST', '/v1/organisations', {
            name: 'Hill School',
            seats: 30,
            last_day: '2026-01-31',
            administrator: { username: 'hill', password: 'a long password', nickname: 'Hill' },
        });
        assert.ok(made);
        await sign_out();
        await sign_in('hill', 'a long password');
        for (const part of ['backups', 'organisations']) {
            await page.goto(`/admin/${part}`);
            await page.getByText('There is nothing here for you').waitFor();
            await check(page, `/admin/${part}`);
        }
        await page.goto('/admin/organisation');
        await page.getByText('Ended on 31 Jan 2026').waitFor();
        await page.getByText('No further headset can be paired').waitFor();
        assert.equal(await page.getByText('more headsets can be paired').count(), 0);
        await check(page, 'an ended licence');
    });

    step('the projector greys what it last knew when the box is gone', async () => {
        await sign_out();
        await sign_in('demo', 'demo-demo');
        await page.goto('/today');
        await page.getByRole('button', { name: 'Open the lesson' }).click();
        await page.waitForURL(/\/live\/\d+/);
        await page.locator('.seat[data-state=ready]').first().waitFor();
        await page.keyboard.press('Space');
        await page.locator('.seat[data-state=playing]').first().waitFor();
        const [projector] = await Promise.all([
            page.context().waitForEvent('page'),
            page.getByRole('link', { name: "Open the projector's page" }).click(),
        ]);
        await projector.locator('.count.all').waitFor();
        await server.kill();
        await projector.locator('main.gone').waitFor();
        assert.equal(await projector.locator('.count.all').count(), 0);
    });
});
