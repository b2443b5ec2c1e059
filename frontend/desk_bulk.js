// An act about many cases is sent case by case, so that one sees how far it is; the server does each in
// its own transaction and once only, so that sending again after a lost line is harmless.
const AT_ONCE = 2

export function runBulk (form) {
  form.addEventListener('submit', (event) => {
    if (!form.elements.cases.value.includes(' ')) return // of one case nobody needs to see how far it is
    event.preventDefault()
    run(form)
  })
}

async function run (form) {
  const codes = form.elements.cases.value.split(' ')
  const waiting = [...codes]
  const failed = []
  const told = document.getElementById('run')
  const bar = document.createElement('progress')
  const text = document.createElement('p')
  bar.max = codes.length
  bar.setAttribute('aria-hidden', 'true') // the sentence beside it says the same
  told.replaceChildren(bar, text)
  const button = form.querySelector('[type=submit]')
  button.disabled = true
  let done = 0
  let isWrong = false
  async function next () {
    while (waiting.length && !isWrong) {
      const code = waiting.shift()
      const page = await send(form, code)
      isWrong ||= Boolean(page?.querySelector('.govuk-error-summary'))
      if (!show(code, page, form.dataset.bulkLost)) failed.push(code)
      done += 1
      bar.value = done
      text.textContent = said(form.dataset.bulkDoing, { done, all: codes.length })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, next))
  // What was typed is wrong for every case alike: the page says how.
  if (isWrong) return HTMLFormElement.prototype.submit.call(form)
  text.className = `notice notice--${failed.length ? 'waiting' : 'done'}`
  text.textContent = said(form.dataset.bulkDone, { done: codes.length - failed.length, failed: failed.length })
  bar.remove()
  form.elements.cases.value = failed.join(' ')
  button.disabled = failed.length === 0
}

const said = (words, facts) => words.replace(/\{(\w+)\}/g, (_, name) => facts[name])

// Whether it was done; the row tells it, as the page without a script would.
function show (code, page, lost) {
  const row = document.querySelector(`tr[data-case="${CSS.escape(code)}"]`)
  const next = page?.querySelector(`tr[data-case="${CSS.escape(code)}"]`)
  if (next) row.replaceWith(next)
  else row.lastElementChild.textContent = lost
  return Boolean(next?.querySelector('strong.done'))
}

async function send (form, code) {
  const body = new URLSearchParams(new FormData(form))
  body.set('cases', code)
  try {
    const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'text/html' } })
    return new DOMParser().parseFromString(await answer.text(), 'text/html')
  } catch {
    return null
  }
}
