// What a browser sees: the tree, and what can be tried. Asked of the grand master, from within a worker.

import ipem, { printTree } from 'ipem'

export async function page(host) {
  const tree = await ipem.tree({ root: 'grandmaster' })
  return `<!doctype html><title>ipem demo</title><style>body { font: 16px/1.5 system-ui; margin: 3em }</style>
<h1>One shop, ${printTree(tree).split('\n').length} processes</h1>
<pre>${printTree(tree)}</pre>
<p>This page came from ${ipem.pid}; load it again to see another worker.
<ul>
<li><a href="/stock/apples">/stock/apples</a> from the cache of a worker, or from the grand master
<li><code>curl -X PUT -d 7 http://${plain(host)}/stock/apples</code> changes it, and all siblings drop it from their caches
<li><a href="/crash">/crash</a> kills the worker that answers; it comes back with a new pid
</ul>
`
}

function plain(text = '') {
  return text.replace(/[^\w.:-]/g, '')
}
