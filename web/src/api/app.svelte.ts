// Who is signed in, and the one live connection of the page.
import { tick } from 'svelte';
import { erase_drafts } from '../ui/kept_drafts';
import { adopt_organisation } from '../ui/look.svelte';
import { page_version } from '../ui/page_version.svelte';
import { Live, type Topic } from './live.svelte';
import { client, data, Problem, when_refused } from './client';
import type { Login, Organisation, Role, TopicKind } from './types';

type Phase = 'starting' | 'unreachable' | 'setup' | 'signed_out' | 'signed_in';
const current_login = () => data(client.GET('/v1/logins/current'));
const ranks: Role[] = ['student', 'viewer', 'teacher', 'administrator'];

class App {
    phase: Phase = $state('starting');
    login: Login | null = $state.raw(null);
    live: Live | null = $state.raw(null);
    private checking = false;

    get organisation(): Organisation {
        return (this.login as Login).organisation;
    }

    /// Whose drafts this browser keeps: one person of one organisation.
    get owner(): string {
        return `${this.login?.organisation.id}/${this.login?.person?.id}`;
    }

    /// Whether the person signed in has at least that role.
    is(least: Role): boolean {
        const role = this.login?.person?.role ?? 'student';
        return ranks.indexOf(role) >= ranks.indexOf(least);
    }

    get can_administer(): boolean {
        return this.is('administrator') && this.login?.proof !== 'pin';
    }

    /// Whether this person may create organisations and see the box as a whole.
    get is_box_administrator(): boolean {
        return this.login?.may.includes('administer_box') ?? false;
    }

    async start(): Promise<void> {
        when_refused(() => void this.check());
        try {
            if ((await data(client.GET('/v1/setup'))).needed) {
                this.phase = 'setup';
                return;
            }
            await this.arrive();
        } catch (error) {
            if (error instanceof Problem && error.status === 401) this.phase = 'signed_out';
            else this.phase = 'unreachable';
        }
    }

    /// Called after signing in, and at the start of a page, which may still have the cookie of an earlier
    /// day.
    async arrive(): Promise<void> {
        const login = await current_login();
        if (!login.person) {
            this.phase = 'signed_out';
            return;
        }
        this.adopt(login);
        this.live?.end();
        this.live = new Live(
            undefined,
            () => void this.check(),
            () => void page_version.check(),
        );
        this.live.start();
        this.phase = 'signed_in';
    }

    adopt(login: Login): void {
        this.login = login;
        adopt_organisation(login.organisation.colour, login.organisation.language);
    }

    async refresh(): Promise<void> {
        this.adopt(await current_login());
    }

    async sign_out(): Promise<void> {
        const owner = this.owner;
        await client.DELETE('/v1/logins/current');
        this.leave();
        await tick(); // editors put their work by as they close
        erase_drafts(owner);
    }

    /// A call was answered by 401, or the socket could not be opened. Ask the box whether this login still
    /// holds: a box that is gone signs nobody out, and neither does a mistyped secret.
    private async check(): Promise<void> {
        if (this.phase !== 'signed_in' || this.checking) return;
        this.checking = true;
        try {
            await current_login();
        } catch (error) {
            if (error instanceof Problem && error.status === 401) this.leave();
        } finally {
            this.checking = false;
        }
    }

    private leave(): void {
        this.live?.end();
        this.live = null;
        this.login = null;
        if (this.phase === 'signed_in') this.phase = 'signed_out';
    }
}

export const app = new App();

/// For a component: follows the topic of that name while the component lives, even if the name changes.
export function use_topic<Kind extends TopicKind>(
    name: () => `${Kind}/${number}` | null,
): { readonly current: Topic<Kind> | null } {
    let topic = $state.raw<Topic<Kind> | null>(null);
    $effect(() => {
        const live = app.live;
        const wanted = name();
        const mine = live && wanted ? live.topic(wanted) : null;
        topic = mine;
        return () => {
            if (mine) live?.release(mine);
        };
    });
    return {
        get current() {
            return topic;
        },
    };
}

/// The organisation's topic has every headset, pairing and live session.
export function organisation_topic(): `organisation/${number}` | null {
    return app.login ? `organisation/${app.login.organisation.id}` : null;
}
