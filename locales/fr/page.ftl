### Page
