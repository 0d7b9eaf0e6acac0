// A tiny virtual DOM: views are plain functions of state, and drawing again keeps focus and typing.
// Text only ever becomes text nodes; there is no way from data to markup.

const SVG = "http://www.w3.org/2000/svg";

/** Describe an element. Props: attributes, `on…` handlers, `key`, `ref` (called once on mount). */
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, children: slots(children) };
}

/**
 * The children that are there, each with an identity: its key, or else its place in the call. What
 * is left out (null, false) still takes its place, so a neighbour that comes or goes moves nobody.
 */
function slots(children, path = "", out = []) {
  children.forEach((child, i) => {
    const at = `${path}.${i}`;
    if (Array.isArray(child)) slots(child, at, out);
    else if (child !== null && child !== undefined && child !== false && child !== true) {
      const node = typeof child === "object" ? child : String(child);
      const key = node.props?.key;
      out.push({ id: key === undefined ? at : `key ${key}`, node });
    }
  });
  return out;
}

/** Make the children of `container` equal to `vnodes`, reusing what is there. */
export function patch(container, vnodes) {
  reconcile(container, slots([vnodes]), container.namespaceURI === SVG);
}

function reconcile(parent, children, svg) {
  const old = new Map();
  for (const node of [...parent.childNodes]) {
    if (node.__id === undefined || old.has(node.__id)) node.remove();
    else old.set(node.__id, node);
  }
  const next = children.map(({ id, node: vnode }) => {
    const there = old.get(id);
    const reuse = there && fits(there, vnode);
    if (reuse) old.delete(id); // a second child of the same key gets an element of its own
    const node = reuse ? update(there, vnode, svg) : create(vnode, svg);
    node.__id = id;
    return node;
  });
  for (const node of old.values()) node.remove();
  next.forEach((node, i) => {
    // Moving a focused node would blur it, so move only what is out of place.
    if (parent.childNodes[i] !== node) parent.insertBefore(node, parent.childNodes[i] ?? null);
  });
}

function fits(node, vnode) {
  if (typeof vnode === "string") return node.nodeType === Node.TEXT_NODE;
  return node.nodeType === Node.ELEMENT_NODE && node.localName === vnode.tag;
}

function create(vnode, svg) {
  if (typeof vnode === "string") return document.createTextNode(vnode);
  const inside = svg || vnode.tag === "svg";
  const el = inside ? document.createElementNS(SVG, vnode.tag) : document.createElement(vnode.tag);
  el.__props = {};
  reconcile(el, vnode.children, inside);
  setProps(el, vnode.props);
  if (vnode.props.ref) {
    // After the whole tree stands, so that focus and measuring work.
    queueMicrotask(() => el.isConnected && vnode.props.ref(el));
  }
  return el;
}

function update(node, vnode, svg) {
  if (typeof vnode === "string") {
    if (node.data !== vnode) node.data = vnode;
    return node;
  }
  node.__props ??= {};
  reconcile(node, vnode.children, svg || vnode.tag === "svg");
  setProps(node, vnode.props);
  return node;
}

const SILENT = new Set(["key", "ref"]);
const LIVE = new Set(["value", "checked", "indeterminate"]);

function setProps(el, props) {
  const before = el.__props;
  for (const name of Object.keys(before)) if (!(name in props)) setProp(el, name, null);
  for (const [name, value] of Object.entries(props)) {
    if (SILENT.has(name)) continue;
    if (LIVE.has(name)) {
      // The person may have changed it since: compare with the element, not with the last drawing.
      if (el[name] !== value) el[name] = value;
    } else if (before[name] !== value) setProp(el, name, value);
  }
  el.__props = props;
}

function setProp(el, name, value) {
  if (name.startsWith("on")) {
    const type = name.slice(2);
    el.__on ??= {};
    if (!(type in el.__on)) el.addEventListener(type, dispatch);
    el.__on[type] = value;
  } else if (value === null || value === undefined || value === false) el.removeAttribute(name);
  else el.setAttribute(name, value === true ? "" : String(value));
}

function dispatch(event) {
  event.currentTarget.__on[event.type]?.(event);
}

/** A legal, stable element id made of the given parts. */
export function idOf(...parts) {
  return parts.join("-").replace(/[^\w-]/g, (c) => `_${c.charCodeAt(0).toString(16)}`);
}

/** Join the class names that are truthy. */
export function cls(...names) {
  return names.filter(Boolean).join(" ");
}
