declare module 'virtual:emoji' {
  /** character, name, group, shortcodes separated by spaces, search words */
  const table: readonly (readonly [string, string, number, string, string])[];
  export default table;
}
