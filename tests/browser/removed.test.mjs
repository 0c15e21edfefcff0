// What was removed is found and brought back long after the toast has gone, what runs is not removed
// unawares, and the audit log tells an administrator in words what happened.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Browser, check, Server, steps } from './support.mjs';

describe('what was removed', () => {
    const server = new Server();
    let browser, page;
    const step = steps(() => ({ page }));
    const button = (name, where = page) => where.getByRole('button', { name, exact: true });
    const dialog = () => page.getByRole('dialog');
    const ask = (method, path, body) =>
        page.evaluate(
            async ([verb, address, given]) => {
                const answer = await fetch(address, {
                    method: verb,
                    headers: { 'content-type': 'application/json' },
                    body: given ? JSON.stringify(given) : undefined,
                });
                return answer.status === 204 ? null : answer.json();
            },
            [method, path, body],
        );

    before(async () => {
        browser = await Browser.launch();
        await server.start('--demo');
        page = await browser.open(server.url);
    });
    after(async () => {
        await browser?.end();
        await server.end();
    });

    step('a class is found by its name among others, and is back with its students', async () => {
        await page.goto('/');
        await page.getByLabel('User name').fill('demo');
        await page.getByLabel('Password', { exact: true }).fill('demo-demo');
        await button('Sign in').click();
        await button('You and this page').waitFor();
        await ask('POST', '/v1/people/5/pin', {}); // the audit log tells of it below
        const { id } = await ask('POST', '/v1/classes', { name: '7A' });
        await ask('DELETE', `/v1/classes/${id}`);
        await page.goto('/classes/1');
        await button('Remove the class').click();
        await button('Remove', dialog()).click();
        await page.waitForURL('**/classes');
        await page.reload(); // the toast with its undo is gone
        await page.getByText('6B').waitFor({ state: 'detached' });
        await button('Removed classes').click();
        await button('Bring back 7A', dialog()).waitFor();
        await check(page, 'removed classes');
        await dialog().getByRole('searchbox').fill('6b');
        await button('Bring back 7A', dialog()).waitFor({ state: 'detached' });
        await button('Bring back 6B', dialog()).click();
        await page.getByText('6B is back.').waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('link', { name: /6B.*30 students/ }).waitFor();
    });

    step('courses and lessons come back the same way', async () => {
        const { id } = await ask('POST', '/v1/courses', { title: 'Oceans' });
        await ask('DELETE', `/v1/courses/${id}`);
        await page.goto('/courses');
        await button('Removed courses').click();
        await button('Bring back Oceans', dialog()).click();
        await page.keyboard.press('Escape');
        await page.getByRole('link', { name: /Oceans/ }).waitFor();

        await page.goto('/lessons');
        await button('Remove Coral reef').click();
        await button('Remove', dialog()).click();
        await page.reload();
        await button('Removed lessons').click();
        await button('Bring back Coral reef', dialog()).click();
        await page.keyboard.press('Escape');
        await page.getByRole('row', { name: /Coral reef/ }).waitFor();
    });

    step('what is in a running lesson says so before it is removed', async () => {
        await page.goto('/classes/1');
        await button('Remove the class').click();
        await button('Remove', dialog()).waitFor();
        assert.equal(
            await dialog()
                .getByText(/runs now/)
                .count(),
            0,
        );
        await button('Cancel', dialog()).click();
        const { items } = await ask('GET', '/v1/lessons');
        const lesson = items.find(({ title }) => title === 'Coral reef');
        const session = await ask('POST', '/v1/sessions', {
            title: 'Reef for 6B',
            class_id: 1,
            lesson_ids: [lesson.id],
        });
        await ask('POST', `/v1/sessions/${session.id}/start`, {});
        await button('Remove the class').click();
        await dialog().getByText('A lesson with it runs now: Reef for 6B (demo).').waitFor();
        await check(page, 'removing what runs');
        await page.goto('/lessons');
        await button('Remove Coral reef').click();
        await dialog().getByText('A lesson with it runs now: Reef for 6B (demo).').waitFor();
        await button('Cancel', dialog()).click();
    });

    step('the audit log says it in words, and folds what was only looked at', async () => {
        await page.goto('/admin/audit');
        await page.getByText('demo gave anna a new PIN.').waitFor();
        await page.getByText('demo brought back 6B.').waitFor();
        await page
            .getByText(/^demo looked at \d+ things\.$/)
            .first()
            .waitFor();
        await check(page, 'the audit log');
        await page.getByLabel('What was done').selectOption({ label: 'Brought back' });
        await page.getByText('demo gave anna a new PIN.').waitFor({ state: 'detached' });
        await page.getByLabel('What about').selectOption({ label: 'Courses' });
        await page.getByText('demo brought back 6B.').waitFor({ state: 'detached' });
        await page.getByText('demo brought back Oceans.').waitFor();
        await page.getByLabel('What was done').selectOption({ label: 'Changes and reads' });
        await page.getByLabel('What about').selectOption({ label: 'Everything' });
        await page.getByRole('searchbox').fill('new pin');
        await page.getByText('demo brought back Oceans.').waitFor({ state: 'detached' });
        const entry = page.getByRole('listitem').filter({ hasText: 'demo gave anna a new PIN.' });
        await entry.locator('summary').click();
        await entry.getByText('/v1/people/5/pin').waitFor();
    });
});
