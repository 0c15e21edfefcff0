// Everything that takes part in a lesson now, so that nobody removes it unawares.
import type { LiveDevice, Session } from '../../api/types';

type Organisation = {
    all(kind: 'session/'): Session[];
    all(kind: 'device/'): LiveDevice[];
};

/// The lessons that run, or stand still for a while, and use something. A question gets a session and the
/// headsets that are in it.
export function lessons_with(
    organisation: Organisation,
    uses: (session: Session, headsets: LiveDevice[]) => boolean,
): Session[] {
    const headsets = organisation.all('device/');
    return organisation
        .all('session/')
        .filter(({ state }) => state === 'running' || state === 'paused')
        .filter((session) =>
            uses(
                session,
                headsets.filter(({ session_id }) => session_id === session.id),
            ),
        );
}
