import { withMilliseconds } from '../../audit/write/milliseconds.ts';

/** Broken-down local time, as localtime(3) gives it. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Seconds east of Greenwich. */
  readonly offsetSec: number;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Clocks change at a quarter of an hour at the finest. */
const QUARTER_SEC = 900;

/**
 * Formats times of events. Neighbouring events share their second, and nearly always their quarter of an
 * hour, so both are kept.
 */
export class TimeFormatter {
  readonly #dateFormat: string;
  #quarter = Number.NaN;
  #offsetSec = 0;
  #second = Number.NaN;
  #stamp = '';
  #minute = Number.NaN;
  #minuteText = '';

  /** @param dateFormat what `%x` means in the locale; the C locale has `%m/%d/%y`. */
  constructor(dateFormat = '%m/%d/%y') {
    this.#dateFormat = dateFormat;
  }

  /** Date and time as `%x %T`. */
  stamp(sec: number): string {
    if (sec === this.#second) return this.#stamp;
    // Zones differ by whole minutes since 1972.
    const minute = Math.floor(sec / 60);
    if (minute !== this.#minute) {
      this.#minuteText = this.format(minute * 60, `${this.#dateFormat} %H:%M:`);
      this.#minute = minute;
    }
    this.#stamp = this.#minuteText + two(sec - minute * 60);
    this.#second = sec;
    return this.#stamp;
  }

  /** The same with milliseconds: `11/20/26 14:30:00.123` in the C locale. */
  exact({ sec, milli }: { readonly sec: number; readonly milli: number }): string {
    return withMilliseconds(this.stamp(sec), milli);
  }

  /** The date as `%x`. */
  date(sec: number): string {
    return this.format(sec, this.#dateFormat);
  }

  /** The time of day as `%T`. */
  time(sec: number): string {
    return this.format(sec, '%T');
  }

  /** What asctime(3) says, without the newline: `Wed Apr 12 22:48:09 2017`. */
  ascii(sec: number): string {
    return this.format(sec, '%a %b %e %T %Y');
  }

  /** A small strftime(3). */
  format(sec: number, format: string): string {
    const time = this.local(sec);
    return format.replaceAll(/%([a-zA-Z%])/g, (_all, letter: string) => part(letter, time));
  }

  /** Breaks a time down in the local zone. */
  local(sec: number): LocalTime {
    const quarter = Math.floor(sec / QUARTER_SEC);
    if (quarter !== this.#quarter) {
      this.#offsetSec = -new Date(sec * 1000).getTimezoneOffset() * 60;
      this.#quarter = quarter;
    }
    const date = new Date((sec + this.#offsetSec) * 1000);
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      weekday: date.getUTCDay(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      offsetSec: this.#offsetSec,
    };
  }
}

function part(letter: string, time: LocalTime): string {
  switch (letter) {
    case 'Y':
      return String(time.year);
    case 'y':
      return two(time.year % 100);
    case 'm':
      return two(time.month);
    case 'd':
      return two(time.day);
    case 'e':
      return two(time.day, ' ');
    case 'H':
      return two(time.hour);
    case 'k':
      return two(time.hour, ' ');
    case 'M':
      return two(time.minute);
    case 'S':
      return two(time.second);
    case 'T':
      return `${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
    case 'D':
      return `${two(time.month)}/${two(time.day)}/${two(time.year % 100)}`;
    case 'F':
      return `${time.year}-${two(time.month)}-${two(time.day)}`;
    case 'a':
      return DAYS[time.weekday] ?? '???';
    case 'b':
      return MONTHS[time.month - 1] ?? '???';
    case 'u':
      return String(time.weekday === 0 ? 7 : time.weekday);
    default:
      return letter === '%' ? '%' : `%${letter}`;
  }
}

function two(value: number, fill = '0'): string {
  return String(value).padStart(2, fill);
}
