// @ts-check
/*
 * Everything the exhibit says, in both languages. An element names its text in `data-words`, so that a change of
 * language is one walk over the page.
 *
 * Loaded by the other modules of the exhibit. Both languages have the same keys.
 */

/** @type {Record<string, Record<string, string>>} */
const WORDS = {
  en: {
    title: 'Lights of the Coast',
    lead: 'Every lighthouse speaks in light. Touch, and learn its language.',
    home: 'The coast',
    other: 'Deutsch',
    begin: 'Touch to begin',

    tower: 'Inside the tower',
    'tower.lead': 'Touch a part of the tower.',
    lantern: 'The lantern',
    'lantern.text': 'Glass on all sides, and in it the light. Every morning the keeper wiped the salt from the panes.',
    gallery: 'The gallery',
    'gallery.text': 'An iron walk around the lantern. From here the panes were cleaned outside, in any wind.',
    watchroom: 'The watch room',
    'watchroom.text': 'One keeper was always awake. Every few hours he wound up the clockwork that turned the lens.',
    stairs: 'The stairs',
    'stairs.text': 'Two hundred steps, an oil can in one hand. In the hollow in their middle sank the weight of the '
      + 'clockwork.',
    store: 'The store',
    'store.text': 'Oil for a winter, bread for a month. The boat came when the sea allowed.',

    lens: 'A glass that gathers light',
    'lens.lead': 'A lamp shines in all directions, and most of its light is lost. In 1823 Augustin Fresnel put rings '
      + 'of glass before it. Each ring bends the light a little, until all of it leaves as one beam.',
    'lens.in': 'Put the lens in',
    'lens.out': 'Take the lens out',

    rhythm: 'Each light has its rhythm',
    'rhythm.lead': 'At night all lights look alike. So each is lit and darkened in a rhythm of its own, which sailors '
      + 'find in their chart.',
    fixed: 'Fixed',
    'fixed.text': 'Always lit.',
    flashing: 'Flashing',
    'flashing.text': 'A short flash, a long dark.',
    isophase: 'Isophase',
    'isophase.text': 'Light and dark are equally long.',
    occulting: 'Occulting',
    'occulting.text': 'Long lit, with a short dark.',
    group: 'Group flashing',
    'group.text': 'Three flashes, then a long dark.',

    log: 'The keeper’s log',
    'log.lead': 'A year at the light, as a keeper might have written it.',
    'log.back': 'Page back',
    'log.on': 'Turn the page',
    'log.0': 'Log of the light at Gull Rock',
    'log.0.text': '1871',
    'log.1': '14 March',
    'log.1.text': 'Wind south-west, strong. Lit at 6.12. At midnight a sea broke over the gallery. One pane is '
      + 'cracked, and held.',
    'log.2': '2 May',
    'log.2.text': 'Lit at 7.48. Thousands of birds on their way north. They circled in the beam until morning.',
    'log.3': '19 August',
    'log.3.text': 'Calm. The boat brought oil, flour, and a letter from my sister, six weeks old.',
    'log.4': '9 November',
    'log.4.text': 'Fog, the third day. I rang the bell every two minutes. A horn answered, very near, and turned away.',

    watch: 'Your watch',
    'watch.lead': 'You are at sea. One light shows on the horizon. Which is it?',
    'watch.flashing': 'Gull Rock',
    'watch.isophase': 'Long Sand',
    'watch.group': 'Three Sisters',
    'watch.right': 'Right. Now you know where you are.',
    'watch.wrong': 'Look again, and count how long it is dark.',
    'watch.next': 'Another light',

    drawer: 'What is recorded',
    'drawer.lead': 'Each line is what this page tells the server about your touch, at the moment it is sent.',
    'drawer.empty': 'Nothing yet. Touch the exhibit.',
    sending: 'on its way',
    stored: 'stored',
    kept: 'kept for now',
    refused: 'refused',
  },
  de: {
    title: 'Lichter der Küste',
    lead: 'Jeder Leuchtturm spricht in Licht. Berühren, und seine Sprache lernen.',
    home: 'Die Küste',
    other: 'English',
    begin: 'Berühren, um zu beginnen',

    tower: 'Im Turm',
    'tower.lead': 'Berühre einen Teil des Turms.',
    lantern: 'Die Laterne',
    'lantern.text': 'Glas nach allen Seiten, darin das Licht. Jeden Morgen wischte der Wärter das Salz von den '
      + 'Scheiben.',
    gallery: 'Die Galerie',
    'gallery.text': 'Ein eiserner Umgang um die Laterne. Von hier putzte man die Scheiben außen, bei jedem Wind.',
    watchroom: 'Die Wachstube',
    'watchroom.text': 'Ein Wärter war immer wach. Alle paar Stunden zog er das Uhrwerk auf, das die Linse drehte.',
    stairs: 'Die Treppe',
    'stairs.text': 'Zweihundert Stufen, die Ölkanne in der Hand. In der Mitte sank das Gewicht des Uhrwerks.',
    store: 'Das Lager',
    'store.text': 'Öl für einen Winter, Brot für einen Monat. Das Boot kam, wenn die See es erlaubte.',

    lens: 'Ein Glas, das Licht sammelt',
    'lens.lead': 'Eine Lampe leuchtet nach allen Seiten, und das meiste Licht geht verloren. 1823 setzte Augustin '
      + 'Fresnel Ringe aus Glas davor. Jeder Ring lenkt das Licht ein wenig, bis alles als ein Strahl hinausgeht.',
    'lens.in': 'Linse einsetzen',
    'lens.out': 'Linse herausnehmen',

    rhythm: 'Jedes Licht hat seinen Takt',
    'rhythm.lead': 'Nachts sehen alle Lichter gleich aus. Darum leuchtet jedes in seinem eigenen Takt, den Seeleute in '
      + 'ihrer Karte finden.',
    fixed: 'Festfeuer',
    'fixed.text': 'Immer an.',
    flashing: 'Blitzfeuer',
    'flashing.text': 'Ein kurzer Blitz, langes Dunkel.',
    isophase: 'Gleichtaktfeuer',
    'isophase.text': 'Licht und Dunkel sind gleich lang.',
    occulting: 'Unterbrochenes Feuer',
    'occulting.text': 'Lange an, kurz dunkel.',
    group: 'Blitzgruppe',
    'group.text': 'Drei Blitze, dann langes Dunkel.',

    log: 'Das Logbuch',
    'log.lead': 'Ein Jahr auf dem Turm, wie ein Wärter es hätte schreiben können.',
    'log.back': 'Zurückblättern',
    'log.on': 'Weiterblättern',
    'log.0': 'Logbuch des Feuers auf dem Möwenfels',
    'log.0.text': '1871',
    'log.1': '14. März',
    'log.1.text': 'Wind Südwest, stark. Angezündet 6.12 Uhr. Um Mitternacht brach eine See über die Galerie. Eine '
      + 'Scheibe ist gesprungen, sie hielt.',
    'log.2': '2. Mai',
    'log.2.text': 'Angezündet 7.48 Uhr. Tausende Vögel auf dem Weg nach Norden. Sie kreisten bis zum Morgen im '
      + 'Strahl.',
    'log.3': '19. August',
    'log.3.text': 'Windstille. Das Boot brachte Öl, Mehl und einen Brief meiner Schwester, sechs Wochen alt.',
    'log.4': '9. November',
    'log.4.text': 'Nebel, den dritten Tag. Alle zwei Minuten läutete ich die Glocke. Ein Horn antwortete, ganz nah, '
      + 'und drehte ab.',

    watch: 'Deine Wache',
    'watch.lead': 'Du bist auf See. Ein Licht steht am Horizont. Welches ist es?',
    'watch.flashing': 'Möwenfels',
    'watch.isophase': 'Langer Sand',
    'watch.group': 'Drei Schwestern',
    'watch.right': 'Richtig. Jetzt weißt du, wo du bist.',
    'watch.wrong': 'Schau noch einmal, und zähle, wie lange es dunkel ist.',
    'watch.next': 'Ein anderes Licht',

    drawer: 'Was festgehalten wird',
    'drawer.lead': 'Jede Zeile ist, was diese Seite dem Server über deine Berührung sagt, im Augenblick des Sendens.',
    'drawer.empty': 'Noch nichts. Berühre die Ausstellung.',
    sending: 'unterwegs',
    stored: 'gespeichert',
    kept: 'vorerst aufgehoben',
    refused: 'abgelehnt',
  },
};

/**
 * Puts a text into an element, in the language of the moment and in every one to come.
 *
 * @param {Element} element
 * @param {string} key
 */
export function say(element, key) {
  element.setAttribute('data-words', key);
  element.textContent = WORDS[document.documentElement.lang][key];
}

/**
 * Changes the language of the whole page.
 *
 * @param {string} lang
 */
export function speak(lang) {
  document.documentElement.lang = lang;
  document.title = WORDS[lang].title;
  for (const element of document.querySelectorAll('[data-words]')) {
    say(element, element.getAttribute('data-words') ?? '');
  }
}
