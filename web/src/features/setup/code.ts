// Whether a setup code is right, told at the step where it is typed.
import { client, Problem } from '../../api/client';
import { t } from '../../i18n/i18n.svelte';

/// The box looks at the code before anything else. So it is shown a school without a name, which it refuses
/// for its name when the code is right: nothing is made, and a wrong code counts as any wrong one does.
export async function check_code(code: string): Promise<void> {
    try {
        await client.POST('/v1/setup', {
            body: {
                code,
                organisation: { name: ' ' },
                administrator: { username: 'nobody', password: 'no password' },
            },
        });
    } catch (error) {
        if (error instanceof Problem && error.status === 422 && error.fault('organisation.name')) return;
        if (error instanceof Problem && error.status === 401) throw new Problem(401, t('setup.wrong_code'));
        throw error;
    }
}
