// @ts-check
/*
 * A field for a day. Browsers tell of a change at each key that is typed, the year 2017 as 2, 20, 201 and 2017: a day
 * that is typed counts at Enter or when the field is left, one that is picked at once.
 *
 * Loaded by the filters and the page of visits.
 */

/** Whether a finger or a button of the mouse is down. */
let isPressed = false;
addEventListener('pointerdown', () => (isPressed = true), true);
for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => (isPressed = false), true);

/**
 * @param {HTMLInputElement} field Of the type `date`.
 * @param {(day: string) => void} choose Told the day, '' for none.
 */
export function onDay(field, choose) {
  let isTyping = false;
  let isChanged = false;
  field.addEventListener('input', () => (isChanged = true));
  field.addEventListener('keydown', ({ key }) => {
    isTyping = key !== 'Enter';
    if (key === 'Enter') settle();
  });
  field.addEventListener('change', (event) => {
    // The form around it waits, too.
    event.stopPropagation();
    if (!isTyping) settle();
  });
  field.addEventListener('blur', () => {
    isTyping = false;
    // Where the focus goes to is known a moment later, and what is pressed must not be drawn anew under the finger.
    if (isPressed) addEventListener('pointerup', () => setTimeout(settle), { once: true });
    else setTimeout(settle);
  });

  function settle() {
    // Half a date is none yet, nor is it the wish for none.
    if (!isChanged || field.validity.badInput) return;
    isChanged = false;
    choose(field.value);
  }
}
