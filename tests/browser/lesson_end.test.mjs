// The end of a timed lesson, and two mistakes that must stay small: a mistyped present password, a lesson
// without headsets.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Browser, check, Server, steps, until } from './support.mjs';

const headsets = 3;

describe('the end of a lesson', () => {
    const server = new Server();
    let browser, page, phone, simulation;
    const step = steps(() => ({ page, phone }));

    before(async () => {
        browser = await Browser.launch();
        await server.start('--demo');
        page = await browser.open(server.url);
        phone = await browser.open(server.url, {
            viewport: { width: 390, height: 844 },
            hasTouch: true,
        });
    });
    after(async () => {
        await simulation?.signal('SIGKILL');
        await browser?.end();
        await server.end();
    });

    const in_sync = (words) =>
        until(
            async () => (await page.getByTestId('in-sync').innerText()).replaceAll(/\s+/g, ' ') === words,
            `the badge says ${words}`,
        );
    const seats_in = (state, count) =>
        until(
            async () => (await page.locator(`.seat[data-state=${state}]`).count()) === count,
            `${count} seats are ${state}`,
        );

    step('a mistyped present password is said beside its field, and signs nobody out', async () => {
        await page.goto('/');
        await page.getByLabel('User name').fill('demo');
        await page.getByLabel('Password', { exact: true }).fill('demo-demo');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('button', { name: 'You and this page' }).waitFor();
        await page.goto('/account');
        await page.locator('input[name=current]').fill('wrong-wrong');
        await page.locator('input[name=new-password]').fill('demo-demo-2');
        await page.locator('form:has(input[name=current])').getByRole('button', { name: 'Save' }).click();
        await page.getByText('That is not the present password.').waitFor();
        assert.equal(await page.getByText('faulty fields').count(), 0);
        await page.getByRole('button', { name: 'Set it up' }).click();
        await page.locator('input[name=password]').fill('wrong-wrong');
        await page.getByRole('button', { name: 'Next' }).click();
        await until(
            async () => (await page.getByText('That is not the present password.').count()) === 2,
            'both fields say it',
        );
        await check(page, 'a mistyped password');
        await page.goto('/today');
        await page.getByRole('heading', { name: 'Today' }).waitFor();
    });

    step('a lesson without headsets does not say that everyone is there', async () => {
        // Two videos of the demo school, one after the other.
        const id = await page.evaluate(async () => {
            const { items } = await (await fetch('/v1/lessons')).json();
            const lesson_ids = ['Coral reef', 'Inside a cell'].map(
                (title) => items.find((one) => one.title === title).id,
            );
            const session = { title: '6B in Room 2', class_id: 1, room_id: 1, lesson_ids };
            const headers = { 'content-type': 'application/json' };
            const answer = await fetch('/v1/sessions', {
                method: 'POST',
                headers,
                body: JSON.stringify(session),
            });
            return (await answer.json()).id;
        });
        await page.goto(`/live/${id}`);
        await page.getByText('No headset takes part.').waitFor();
        await in_sync('0 of 0 no headset');
        assert.equal(await page.getByText('Everyone is with you.').count(), 0);
        await check(page, 'live with nobody');
    });

    step('says at its end that everybody is done, and calls for nobody', async () => {
        simulation = server.simulate(headsets, '--nicknames', 'ada,amir,anna', '--pin', '1111');
        await phone.goto('/index/');
        await phone.getByText('With a PIN').tap();
        await phone.getByLabel('Nickname').fill('ben');
        await phone.getByLabel('PIN', { exact: true }).fill('1111');
        await phone.getByRole('button', { name: 'Take part' }).tap();
        const admit = page.getByRole('button', { name: 'Admit ben' });
        await phone.getByRole('heading', { name: 'Almost there' }).waitFor();
        const live = page.url();
        await page.goto('/headsets');
        await admit.click();
        await admit.waitFor({ state: 'detached' });
        await page.goto(live);
        await seats_in('ready', headsets + 1);
        await page.getByRole('button', { name: 'Start', exact: true }).click();
        await seats_in('playing', headsets + 1);
        const slider = page.getByRole('slider', {
            name: 'Position in the lesson',
        });
        const end_ms = Number(await slider.getAttribute('max'));
        await slider.fill(String(end_ms - 3000));
        await page.getByRole('heading', { name: 'The lesson is finished' }).waitFor();
        await seats_in('finished', headsets + 1);
        await in_sync(`${headsets + 1} of ${headsets + 1} done`);
        await phone.locator('main[data-state=finished]').waitFor();
        await phone.getByText('That was it. Wait for your teacher.').waitFor();
        // Before, each headset was called out of time from here on, and more so every second.
        for (let second = 0; second < 6; ++second) {
            assert.equal(await page.locator('section[aria-labelledby=needs-title] li').count(), 0);
            await page.waitForTimeout(1000);
        }
        await page.getByText('Everyone is done.').waitFor();
        await page.getByText('ends by itself in 10 min').waitFor();
        assert.equal(await page.getByRole('button', { name: 'Pause', exact: true }).count(), 0);
        await check(page, 'live at the end');
        await check(phone, 'virtual headset: finished');
    });

    step('a headset that is put down then is not missed', async () => {
        await phone.context().close();
        phone = null;
        await seats_in('offline', 1);
        await in_sync(`${headsets + 1} of ${headsets + 1} done`);
        assert.equal(await page.locator('section[aria-labelledby=needs-title] li').count(), 0);
    });

    step('goes on to the next lesson, and back', async () => {
        await page.getByRole('button', { name: /^Next: / }).click();
        await page.getByText(/^Started: /).waitFor();
        await seats_in('playing', headsets);
        await page.getByRole('button', { name: 'Undo' }).click();
        await page.getByRole('heading', { name: 'The lesson is finished' }).waitFor();
        await page.getByRole('button', { name: 'Play again' }).click();
        await seats_in('playing', headsets);
        await until(async () => /^0:\d\d$/.test(await page.getByTestId('position').innerText()), 'from 0:00');
        await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    });
});
