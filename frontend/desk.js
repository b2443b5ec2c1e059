// The desk keeps itself up to date: when something happened in the officer's agencies, the list is
// fetched anew, and the case in hand if it has moved. What is being typed is never taken away.
export function keepDesk (desk) {
  document.addEventListener('keydown', pressByKey)
  const stream = new EventSource(desk.dataset.desk)
  const lost = document.querySelector('[data-live-lost]')
  let wasLost = false
  stream.addEventListener('desk', refresh)
  stream.onopen = () => {
    if (lost) lost.hidden = true
    if (wasLost) refresh()
    wasLost = false
  }
  stream.onerror = () => {
    if (lost) lost.hidden = false
    wasLost = true
  }
}

// The key on a button works with Alt everywhere, as it says, whatever a browser does with accesskey.
function pressByKey (event) {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat || event.defaultPrevented) return
  const button = [...document.querySelectorAll('#case button[accesskey]')]
    .find((one) => event.code === `Key${one.accessKey.toUpperCase()}`)
  if (!button) return
  event.preventDefault()
  button.click()
}

async function refresh () {
  const list = document.getElementById('list')
  const fresh = (await fetched(list.dataset.deskList))?.getElementById('list')
  if (!fresh) return
  const focused = list.contains(document.activeElement) && document.activeElement.getAttribute('href')
  list.replaceWith(fresh)
  if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
  await renew(document.getElementById('case'), fresh)
}

async function renew (hand, list) {
  if (!hand.dataset.case) return
  const row = list.querySelector(`tr[data-case="${CSS.escape(hand.dataset.case)}"]`)
  if (row && row.dataset.version === hand.dataset.version) return
  if (isInUse(hand)) {
    // Off the list without a row it may only be on another page; the notice then says too much.
    hand.querySelector('[data-desk-moved]').hidden = !row
    return
  }
  const fresh = (await fetched(window.location.href.replace(/([?&])done=[^&]*&?/, '$1')))?.getElementById('case')
  if (fresh && !isInUse(hand)) hand.replaceWith(fresh)
}

function isInUse (hand) {
  return hand.contains(document.activeElement) ||
    [...hand.querySelectorAll('textarea, select')].some((box) => box.value !== '')
}

async function fetched (address) {
  const answer = await fetch(address, { headers: { Accept: 'text/html' } })
  if (!answer.ok || answer.redirected) return null
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}
