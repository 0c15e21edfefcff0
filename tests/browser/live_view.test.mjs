// A teacher and two headsets in the browser: they follow every order together, the teacher sees along by
// WebRTC and hears when they need something.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Browser, check, Server, steps, until } from './support.mjs';

describe('two headsets in the browser', () => {
    const server = new Server();
    let browser, page, ada, ben, session;
    const step = steps(() => ({ page, ada, ben }));

    before(async () => {
        browser = await Browser.launch();
        await server.start('--demo');
        page = await browser.open(server.url);
    });
    after(async () => {
        await browser?.end();
        await server.end();
    });

    const ask = async (path, body = {}) => {
        const answer = await page.request.post(path, { data: body, headers: { origin: server.url } });
        assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
        return answer.json();
    };
    const both = (selector) => Promise.all([ada, ben].map((phone) => phone.locator(selector).waitFor()));

    async function take_part(nickname, options) {
        const { code } = await ask('/v1/pairing-codes');
        const phone = await browser.open(server.url, options);
        await phone.goto(`/index/?code=${code}&session=${session.id}`);
        await phone.locator('main[data-phase=open]').waitFor();
        await phone.getByRole('button', { name: 'Sign in' }).click();
        await phone.getByLabel('Nickname').fill(nickname);
        await phone.getByLabel('PIN').fill('1111');
        await phone.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
        await phone.getByText(nickname, { exact: true }).waitFor();
        return phone;
    }

    step('take part by a code', async () => {
        await ask('/v1/logins', { nickname: 'rossi', pin: '2222', cookie: true });
        const lessons = await (await page.request.get('/v1/lessons')).json();
        const reef = lessons.items.find((lesson) => lesson.title === 'Coral reef');
        session = await ask('/v1/sessions', { title: 'Open lesson', lesson_ids: [reef.id] });
        ada = await take_part('ada', { viewport: { width: 390, height: 844 }, hasTouch: true });
        ben = await take_part('ben', { viewport: { width: 1024, height: 768 } });
        await page.goto(`/live/${session.id}`);
    });

    step('start, pause and go on at one word', async () => {
        await page.getByRole('button', { name: 'Start', exact: true }).click();
        await both('main[data-state=running]');
        await page.locator('.seat[data-state=playing]').nth(1).waitFor();
        await page.getByText('2 of 2').waitFor();
        // The space bar does what the button says, and the button may learn it after the headsets do.
        await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
        await page.keyboard.press('Space');
        await both('main[data-state=paused]');
        await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
        await page.keyboard.press('Space');
        await both('main[data-state=running]');
    });

    step('are seen along with, live', async () => {
        await page.locator('.seat[aria-label^="ada,"]').click();
        await page.getByRole('button', { name: 'See along' }).click();
        await page.locator('[data-test=live-view][data-state=live]').waitFor();
        const seen = () =>
            page.evaluate(() => {
                const video = document.querySelector('[data-test=live-view] video');
                return { width: video?.videoWidth ?? 0, at: video?.currentTime ?? 0 };
            });
        await until(async () => (await seen()).width > 0, 'there is a picture');
        const { at } = await seen();
        await until(async () => (await seen()).at > at, 'the picture moves');
        await ada.getByText('Your teacher looks along').waitFor();
        assert.equal(await ben.getByText('Your teacher looks along').count(), 0);
        await check(page, 'a live view');
        await page.getByRole('button', { name: 'Done' }).click();
        await ada.getByText('Your teacher looks along').waitFor({ state: 'detached' });
        await page.keyboard.press('Escape');
    });

    step('turn to where the teacher points', async () => {
        await page.keyboard.press('l');
        await page.getByRole('dialog').getByRole('button', { name: 'right', exact: true }).click();
        await both('[data-test=look]');
        await page.getByText('0 of 2 look there').waitFor();
        for (let i = 0; i < 13; ++i) await ben.keyboard.press('ArrowRight');
        await page.getByText('1 of 2 look there').waitFor();
        await ben.locator('[data-test=look]').waitFor({ state: 'detached' });
        await check(ada, 'a headset told where to look');
    });

    step('are called, told and set, all or one of them', async () => {
        await page.keyboard.press('e');
        await both('[data-test=eyes]');
        await page.getByRole('button', { name: /^Release 2/ }).waitFor();
        await check(page, 'eyes on me');
        await check(ben, 'a headset whose eyes are called');
        await page.keyboard.press('e');
        await Promise.all(
            [ada, ben].map((phone) => phone.locator('[data-test=eyes]').waitFor({ state: 'detached' })),
        );

        await page.keyboard.press('c');
        await page.locator('.seat[aria-label^="ben,"]').click();
        await page.getByRole('button', { name: 'Message' }).click();
        await page.getByText('To ben').waitFor();
        await check(page, 'a message');
        await page.getByLabel('Words').fill('Have a look at the turtle');
        await page.getByRole('button', { name: 'Send to 1' }).click();
        await ben.getByText('Have a look at the turtle').waitFor();
        assert.equal(await ada.getByText('Have a look at the turtle').count(), 0);
        await page.keyboard.press('Escape');

        await page.keyboard.press('s');
        await check(page, 'sound and light');
        await page.getByRole('slider', { name: /^Light/ }).fill('40');
        await both('main[data-brightness="40"]');
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Undo' }).last().click();
        await both('main[data-brightness="100"]');
    });

    step('raise a hand, and whoever feels unwell comes first', async () => {
        await ben.getByRole('button', { name: 'Raise hand' }).click();
        await ben.getByLabel('A short question').fill('Where is the shark?');
        await check(ben, 'raise a hand');
        await ben.getByRole('dialog').getByRole('button', { name: 'Raise hand' }).click();
        await page.getByText('asks: “Where is the shark?”').waitFor();
        await page.locator('.seat[data-state=playing][data-hand]').waitFor();
        await ada.getByRole('button', { name: 'I feel unwell' }).click();
        await ada.getByText('Your teacher knows.').waitFor();
        await page.getByText(/^feels unwell/).waitFor();
        const names = await page.locator('section[aria-labelledby=needs-title] li strong').allInnerTexts();
        assert.deepEqual(names.slice(0, 2), ['ada', 'ben']);
        await check(page, 'somebody feels unwell');
        await check(ada, 'a headset of somebody unwell');
        await page.getByRole('button', { name: 'OK: ben' }).click();
        await ben.getByRole('button', { name: 'Raise hand' }).waitFor();
        await ada.getByRole('button', { name: 'I am well again' }).click();
        await page.getByText('Everyone is with you.').waitFor();
    });

    step('are signed out when it is over', async () => {
        await page.getByRole('button', { name: 'Stop' }).click();
        await page.getByRole('button', { name: 'Stop the lesson' }).click();
        await both('main[data-state=stopped]');
        await ada.getByRole('button', { name: 'Sign in' }).waitFor();
    });
});
