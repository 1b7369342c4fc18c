def test_a(desk, browser):
    b = browser("lead")
    a = b.get("/console/")
    print(a.status_code, a.headers)
    a = b.get("/console/help")
    print(a.status_code, a.headers, a.text[:4000])
    a = browser(None).get("/console/help"); print(a.status_code, a.headers)
    a = b.get("/console"); print(a.status_code, a.headers)
