// The page's words in the tests: from its catalogs, by key, in the languages that it speaks and in one that
// nobody does: English with accents, 40 % longer. A test that finds things by these words runs in any of
// them.
import { readFileSync } from 'node:fs';

const catalog = (name) =>
    JSON.parse(readFileSync(new URL(`../../web/src/i18n/${name}.json`, import.meta.url), 'utf8'));

const accents = Object.fromEntries(
    [...'aàbƀcçdðeéfƒgĝhĥiîjĵkķlļmɱnñoôpþqɋrŕsštţuûvṽwŵxẋyýzž'].reduce(
        (pairs, letter, index, all) => (index % 2 ? pairs : [...pairs, [letter, all[index + 1]]]),
        [],
    ),
);

/// Each word grows, as German ones do: more words would wrap where long ones stick out.
function longer(text) {
    let owed = 0.6;
    return text
        .split(/(\{\w+\})/)
        .map((part) =>
            part.startsWith('{')
                ? part
                : part.replaceAll(/\p{L}/gu, (letter) => {
                      owed += 0.4;
                      const times = owed >= 1 ? 2 : 1;
                      owed -= times - 1;
                      const small = accents[letter.toLowerCase()] ?? letter;
                      const shown = letter === letter.toLowerCase() ? small : small.toUpperCase();
                      return shown + small.repeat(times - 1);
                  }),
        )
        .join('');
}

function pseudo(entry) {
    if (typeof entry === 'string') return longer(entry);
    return Object.fromEntries(Object.entries(entry).map(([name, text]) => [name, longer(text)]));
}

const english = { ...catalog('en'), ...catalog('en_more') };
const catalogs = {
    en: () => english,
    zh: () => catalog('zh'),
    pseudo: () => Object.fromEntries(Object.entries(english).map(([key, entry]) => [key, pseudo(entry)])),
};
/// The languages that the page offers, and the one that it doesn't.
export const languages = Object.keys(catalogs);

export class Words {
    #catalog;

    constructor(language) {
        this.language = language;
        this.#catalog = catalogs[language]();
    }

    say(key, parameters = {}) {
        const entry = this.#catalog[key];
        if (entry === undefined) throw new Error(`no such words: ${key}`);
        const text = typeof entry === 'string' ? entry : parameters.count === 1 ? entry.one : entry.other;
        return text.replaceAll(/\{(\w+)\}/g, (whole, name) => String(parameters[name] ?? whole));
    }

    /// Has the pages of a context speak this language from now on. The pseudo-language takes the place of a
    /// catalog that is loaded when it is chosen.
    async speak(context) {
        const chosen = this.language === 'pseudo' ? 'zh' : this.language;
        await context.addInitScript((language) => {
            const look = JSON.parse(localStorage.getItem('lectern.look') ?? '{}');
            localStorage.setItem('lectern.look', JSON.stringify({ ...look, language }));
        }, chosen);
        if (this.language === 'pseudo')
            await context.route(/\/assets\/zh-[^/]*\.js$/, (route) =>
                route.fulfill({
                    contentType: 'text/javascript',
                    body: `export default ${JSON.stringify(this.#catalog)};`,
                }),
            );
    }
}
