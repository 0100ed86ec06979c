/** Ohm's recipe of `braid.ohm`, as JSON. */
declare const recipe: string;
export default recipe;
